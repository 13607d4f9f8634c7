/**
 * {@code laboratory.yaml}: read strictly, each wrong key or value refused with its file and line.
 *
 * <p>To add a setting, add it to its section in {@code Schema}; to add a preset, add it to the section's
 * {@code *_configs.yaml} beside the schema.
 */
@NullMarked
package io.github.embeddinglab.core.configuration;

import org.jspecify.annotations.NullMarked;
