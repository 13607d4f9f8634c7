/** Evaluators, metrics, statistics. */
module io.github.embeddinglab.evaluation {
    requires transitive io.github.embeddinglab.api;
    requires transitive io.github.embeddinglab.vectors;
    requires com.fasterxml.jackson.databind;
    requires com.fasterxml.jackson.core;
    requires java.desktop;
    requires java.management;
    requires static transitive org.jspecify;
    requires static transitive org.apiguardian.api;

    exports io.github.embeddinglab.evaluation.metrics;
    exports io.github.embeddinglab.evaluation.statistics;
    exports io.github.embeddinglab.evaluation.data;
    exports io.github.embeddinglab.evaluation.tasks;
    exports io.github.embeddinglab.evaluation.audit;
    exports io.github.embeddinglab.evaluation.cache;
    exports io.github.embeddinglab.evaluation.calibration;
    exports io.github.embeddinglab.evaluation.leakage;
    exports io.github.embeddinglab.evaluation.suites;
    exports io.github.embeddinglab.evaluation.comparison;
    exports io.github.embeddinglab.evaluation.load;
    exports io.github.embeddinglab.evaluation.promises;
    exports io.github.embeddinglab.evaluation.report;
    exports io.github.embeddinglab.evaluation.baseline;
    exports io.github.embeddinglab.evaluation.classification;
    exports io.github.embeddinglab.evaluation.clustering;

    provides io.github.embeddinglab.api.spi.RoomProvider with
            io.github.embeddinglab.evaluation.EvaluationRoomProvider;
}
