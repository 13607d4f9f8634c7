package io.github.embeddinglab.evaluation.load;

import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * What happened under one load.
 *
 * @param offered requests a second that arrived
 * @param completed requests a second that were answered within the time of the measurement
 * @param refused share of the requests that were refused with the named error, 0 to 1
 * @param latencies of the answered ones, from the time they were meant to start
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public record LoadStep(double offered, double completed, double refused, Latencies latencies) {}
