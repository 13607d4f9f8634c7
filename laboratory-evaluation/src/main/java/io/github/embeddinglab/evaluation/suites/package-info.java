/**
 * Many evaluations as one: a catalogue of data, a report in a versioned form, and a guard that compares two reports. To add
 * a form of report, write it from {@link io.github.embeddinglab.evaluation.suites.Report}.
 */
@NullMarked
package io.github.embeddinglab.evaluation.suites;

import org.jspecify.annotations.NullMarked;
