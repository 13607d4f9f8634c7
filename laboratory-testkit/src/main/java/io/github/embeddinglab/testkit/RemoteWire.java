package io.github.embeddinglab.testkit;

import io.github.embeddinglab.api.TokenUse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the stand-in's client and server say to each other: one line a text, base64 of its UTF-16 units so that lone
 * surrogates survive; one line a row, token counts and base64 of float32 numbers, or the reason why there is no vector.
 */
final class RemoteWire {
    static final String ROLE = "X-Prompt-Name";
    static final String DIMENSIONS = "X-Dimensions";

    private RemoteWire() {}

    /** One row of an answer; the vector is null where {@code fault} says why. */
    static final class Row {
        private final float @Nullable [] vector;
        private final TokenUse use;
        private final String fault;

        Row(float @Nullable [] vector, TokenUse use, String fault) {
            this.vector = vector;
            this.use = use;
            this.fault = fault;
        }

        float @Nullable [] vector() {
            return vector;
        }

        TokenUse use() {
            return use;
        }

        String fault() {
            return fault;
        }
    }

    static String texts(List<String> texts) {
        StringBuilder body = new StringBuilder();
        for (String text : texts) {
            ByteBuffer units = ByteBuffer.allocate(2 * text.length());
            units.asCharBuffer().put(text);
            body.append('t').append(Base64.getEncoder().encodeToString(units.array())).append('\n');
        }
        return body.toString();
    }

    static List<String> texts(String body) {
        List<String> texts = new ArrayList<>();
        body.lines().forEach(line -> texts.add(ByteBuffer.wrap(Base64.getDecoder().decode(line.substring(1)))
                .asCharBuffer()
                .toString()));
        return texts;
    }

    static String vector(float[] vector, TokenUse use) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * vector.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(vector);
        return "v " + use.used() + " " + use.dropped() + " " + use.windows() + " "
                + Base64.getEncoder().encodeToString(bytes.array()) + "\n";
    }

    static String fault(String why) {
        return "e " + Base64.getEncoder().encodeToString(why.getBytes(StandardCharsets.UTF_8)) + "\n";
    }

    static List<Row> rows(String body) {
        List<Row> rows = new ArrayList<>();
        for (String line : body.lines().toList()) {
            List<String> fields = List.of(line.split(" "));
            byte[] bytes = Base64.getDecoder().decode(fields.get(fields.size() - 1));
            if (fields.get(0).equals("v")) {
                float[] vector = new float[bytes.length / 4];
                ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(vector);
                TokenUse use = new TokenUse(
                        Integer.parseInt(fields.get(1)), Integer.parseInt(fields.get(2)), Integer.parseInt(fields.get(3)));
                rows.add(new Row(vector, use, ""));
            } else {
                rows.add(new Row(null, TokenUse.whole(0), new String(bytes, StandardCharsets.UTF_8)));
            }
        }
        return rows;
    }
}
