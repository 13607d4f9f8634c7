/**
 * Audit of a vector store: a sample of the exported texts is embedded again, and every row that differs is held against
 * hypotheses of how it could have been made. A hypothesis predicts vectors; it explains a row when stored and predicted
 * vector agree as closely as two runs of one model do. To add a cause, add a hypothesis that predicts its vectors, or a
 * relation that needs none, and a planted fault to the tests.
 */
@NullMarked
package io.github.embeddinglab.evaluation.audit;

import org.jspecify.annotations.NullMarked;
