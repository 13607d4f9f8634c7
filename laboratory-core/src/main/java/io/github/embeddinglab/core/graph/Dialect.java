package io.github.embeddinglab.core.graph;

import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/** The vocabulary of operators that a graph is written in. */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public enum Dialect {
    /** ONNX Runtime's own fused operators (domain {@code com.microsoft}): the fastest on its CPU provider. */
    FUSED,
    /** Operators of the ONNX standard, opset 17, only: runs wherever ONNX runs. */
    STANDARD
}
