package io.github.embeddinglab.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.embeddinglab.api.EmbedOptions;
import io.github.embeddinglab.api.Embedder;
import io.github.embeddinglab.api.Overflow;
import io.github.embeddinglab.api.RemoteException;
import io.github.embeddinglab.api.TextTooLongException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("integration")
class RemoteFaultsTest {
    @Test
    void refusalCarriesTheDelayAndTheRowsLeft() {
        try (RemoteStandIn service = RemoteStandIn.start();
                Embedder embedder = service.open(RemoteStandIn.MODEL)) {
            embedder.embed(List.of("warm"));
            service.refuseNext(1, Duration.ofSeconds(7));
            RemoteException error = catchThrowableOfType(RemoteException.class, () -> embedder.embed(List.of("a", "b")));
            assertThat(error.retryAfter()).contains(Duration.ofSeconds(7));
            assertThat(error.failedRows()).containsExactly(0, 1);
            assertThat(error).hasMessageContaining("429").hasMessageContaining("7 s");
            assertThat(embedder.embed(List.of("a", "b")).rows()).isEqualTo(2);
        }
    }

    @Test
    void laterRefusalNamesOnlyTheRowsWithoutVector() {
        try (RemoteStandIn service = RemoteStandIn.start();
                Embedder embedder = service.open(RemoteStandIn.MODEL)) {
            embedder.embed(List.of("warm"));
            EmbedOptions refusing = EmbedOptions.defaults().progress(progress -> service.refuseNext(1, Duration.ZERO));
            RemoteException error = catchThrowableOfType(
                    RemoteException.class, () -> embedder.embed(Collections.nCopies(100, "text"), refusing));
            assertThat(error.failedRows()).isEqualTo(IntStream.range(64, 100).boxed().toList());
        }
    }

    @Test
    void partlyFailedBatchNamesItsRows() {
        try (RemoteStandIn service = RemoteStandIn.start();
                Embedder embedder = service.open(RemoteStandIn.MODEL)) {
            service.failTextsWith("poison");
            List<String> texts = new ArrayList<>(Collections.nCopies(130, "fine"));
            texts.set(3, "some poison here");
            texts.set(129, "poison");
            RemoteException error = catchThrowableOfType(RemoteException.class, () -> embedder.embed(texts));
            assertThat(error.failedRows()).containsExactly(3, 129);
            assertThat(error.retryAfter()).isEmpty();
            service.failTextsWith(null);
            assertThat(embedder.embed(texts).rows()).isEqualTo(130);
        }
    }

    @Test
    void tooLongTextIsRefusedBeforeAnyIsEmbedded() {
        try (RemoteStandIn service = RemoteStandIn.start();
                Embedder embedder = service.open(RemoteStandIn.MODEL)) {
            List<String> texts = List.of("short", "long ".repeat(200));
            assertThatThrownBy(() -> embedder.embed(texts, EmbedOptions.defaults().overflow(Overflow.FAIL)))
                    .isInstanceOf(TextTooLongException.class)
                    .hasMessageContaining("text 1 has 202 tokens");
            assertThat(service.embeddedTexts()).isZero();
        }
    }

    @Test
    void stoppedServiceIsNamed() {
        RemoteStandIn service = RemoteStandIn.start();
        try (Embedder embedder = service.open(RemoteStandIn.MODEL)) {
            embedder.embed(List.of("warm"));
            service.close();
            assertThatThrownBy(() -> embedder.embed(List.of("a")))
                    .isInstanceOf(RemoteException.class)
                    .hasMessageContaining("cannot be reached");
        }
    }
}
