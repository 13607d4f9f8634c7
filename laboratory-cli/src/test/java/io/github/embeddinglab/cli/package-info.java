/** Tests of the command line, in process where they can be and in child processes where signals, flags or disks matter. */
@NullMarked
package io.github.embeddinglab.cli;

import org.jspecify.annotations.NullMarked;
