package io.github.embeddinglab.training.loop;

import io.github.embeddinglab.api.EmbedOptions;
import io.github.embeddinglab.api.Embedder;
import io.github.embeddinglab.api.Embeddings;
import io.github.embeddinglab.api.Role;
import java.util.List;

/** Labels of a batch that another model gives. Vectors have length 1. */
final class OutsideLabels {
    private final Outside kind;
    private final Embedder model;

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
        double[][][] vectors = new double[used][][];
        for (int column = 0; column < used; column++) {
            vectors[column] = unit(model.embed(columns.get(column), EmbedOptions.defaults().role(roles.get(column))));
        }
        int width = switch (kind) {
            case TEACHER_SCORES -> used - 1;
            case TEACHER_MARGINS -> used - 2;
            default -> used * model.dimensions();
        };
        double[] values = new double[Math.multiplyExact(rows, width)];
        for (int row = 0; row < rows; row++) {
            for (int i = 0; i < width; i++) {
                values[row * width + i] = switch (kind) {
                    case TEACHER_SCORES -> dot(vectors[0][row], vectors[i + 1][row]);
                    case TEACHER_MARGINS -> dot(vectors[0][row], vectors[1][row]) - dot(vectors[0][row], vectors[i + 2][row]);
                    default -> vectors[i / model.dimensions()][row][i % model.dimensions()];
                };
            }
        }
        return new Labels(values, width);
    }

    private static double[][] unit(Embeddings embeddings) {
        double[][] out = new double[embeddings.rows()][embeddings.dimensions()];
        for (int row = 0; row < out.length; row++) {
            float[] vector = embeddings.vector(row);
            double square = 0;
            for (float value : vector) {
                square += value * (double) value;
            }
            double length = square > 0 ? Math.sqrt(square) : 1;
            for (int i = 0; i < vector.length; i++) {
                out[row][i] = vector[i] / length;
            }
        }
        return out;
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }
}
