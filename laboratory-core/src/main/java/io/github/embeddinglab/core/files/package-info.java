/**
 * Files and folders that appear whole or not at all, on which every writer of this module relies: written beside their
 * place, synced and renamed. To write something new, hand a writer to
 * {@link io.github.embeddinglab.core.files.WholeFiles}; do not rename by hand.
 */
@NullMarked
package io.github.embeddinglab.core.files;

import org.jspecify.annotations.NullMarked;
