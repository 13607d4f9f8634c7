package io.github.embeddinglab.training.loop;

import io.github.embeddinglab.api.EmbedOptions;
import io.github.embeddinglab.api.Embedder;
import io.github.embeddinglab.api.Embeddings;
import io.github.embeddinglab.api.Role;
import io.github.embeddinglab.vectors.FloatMatrix;
import io.github.embeddinglab.vectors.VectorKernel;
import io.github.embeddinglab.vectors.VectorKernels;
import java.util.ArrayList;
import java.util.List;

/** Labels of a batch that another model gives. Vectors have length 1. */
final class OutsideLabels {
    private final Outside kind;
    private final Embedder model;
    private final VectorKernel kernel = VectorKernels.current();

    OutsideLabels(Outside kind, Embedder model) {
        this.kind = kind;
        this.model = model;
    }

    /** Labels of a batch, row-major; a class, since a record would compare its array by identity. */
    static final class Labels {
        private final double[] values;
        private final int width;

        private Labels(double[] values, int width) {
            this.values = values;
            this.width = width;
        }

        double[] values() {
            return values;
        }

        /** Numbers of a row. */
        int width() {
            return width;
        }
    }

    /** Labels for texts by column, embedded by the roles of the columns. */
    Labels of(List<List<String>> columns, List<Role> roles) {
        int used = kind == Outside.TEACHER_VECTOR ? 1 : columns.size();
        int rows = columns.get(0).size();
        List<FloatMatrix> vectors = new ArrayList<>();
        for (int column = 0; column < used; column++) {
            vectors.add(unit(columns.get(column), roles.get(column)));
        }
        int width = switch (kind) {
            case TEACHER_SCORES -> used - 1;
            case TEACHER_MARGINS -> used - 2;
            default -> used * model.dimensions();
        };
        double[] values = new double[Math.multiplyExact(rows, width)];
        for (int row = 0; row < rows; row++) {
            int at = row;
            List<float[]> own = vectors.stream().map(matrix -> matrix.row(at)).toList();
            for (int i = 0; i < width; i++) {
                values[row * width + i] = switch (kind) {
                    case TEACHER_SCORES -> kernel.dot(own.get(0), own.get(i + 1));
                    case TEACHER_MARGINS -> kernel.dot(own.get(0), own.get(1)) - kernel.dot(own.get(0), own.get(i + 2));
                    default -> own.get(i / model.dimensions())[i % model.dimensions()];
                };
            }
        }
        return new Labels(values, width);
    }

    private FloatMatrix unit(List<String> texts, Role role) {
        Embeddings embeddings = model.embed(texts, EmbedOptions.defaults().role(role));
        return FloatMatrix.of(embeddings.toArray(), embeddings.rows(), embeddings.dimensions()).normalized();
    }
}
