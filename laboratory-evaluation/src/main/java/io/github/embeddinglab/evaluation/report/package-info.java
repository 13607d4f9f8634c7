/**
 * What a benchmark found in the forms that people and programs read: JSON, Markdown, one HTML page, pictures, the public
 * leaderboard's files; and the curves of a training ({@link CurvePage}). To add a plot, draw it as a {@code Drawing} in {@code Charts}; every form of
 * picture follows.
 */
@NullMarked
package io.github.embeddinglab.evaluation.report;

import org.jspecify.annotations.NullMarked;
