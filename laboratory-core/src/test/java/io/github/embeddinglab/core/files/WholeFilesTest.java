package io.github.embeddinglab.core.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.embeddinglab.api.CancelledException;
import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.api.LaboratoryException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WholeFilesTest {
    @TempDir
    Path folder;

    @Test
    @Tag("unit")
    void fileReplacesAndKeepsTheOldOneWhenTheWriterFails() throws IOException {
        Path file = folder.resolve("deep/er/a.txt");
        WholeFiles.file(file, bytes("old"));
        WholeFiles.file(file, channel -> WholeFiles.all(channel, ByteBuffer.wrap(bytes("new"))));
        assertThat(file).hasContent("new");
        assertThatThrownBy(() -> WholeFiles.file(file, channel -> {
                    WholeFiles.all(channel, ByteBuffer.wrap(bytes("half")));
                    throw new IOException("No space left on device");
                }))
                .isInstanceOf(LaboratoryException.class)
                .hasMessageContainingAll("a.txt", "No space left on device", "free space");
        assertThat(file).hasContent("new");
        assertThat(names(folder.resolve("deep/er"))).containsExactly("a.txt");
    }

    @Test
    @Tag("unit")
    void whatIsNoFileIsNotReplaced() throws IOException {
        Path link = Files.createSymbolicLink(folder.resolve("link"), folder.resolve("elsewhere"));
        Path empty = Files.createDirectory(folder.resolve("empty"));
        for (Path target : List.of(link, empty)) {
            assertThatThrownBy(() -> WholeFiles.file(target, bytes("x")))
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessageContaining(target + " is a ");
            assertThatThrownBy(() -> WholeFiles.file(target, channel -> WholeFiles.all(channel, ByteBuffer.wrap(bytes("x")))))
                    .isInstanceOf(InvalidInputException.class);
        }
        assertThat(link).isSymbolicLink();
        assertThat(names(folder)).containsExactlyInAnyOrder("link", "empty");
        assertThat(names(empty)).isEmpty();
    }

    @Test
    @Tag("unit")
    void interruptCancelsAndLeavesNothing() throws IOException {
        Path file = folder.resolve("a.txt");
        assertThatThrownBy(() -> WholeFiles.file(file, channel -> {
                    Thread.currentThread().interrupt();
                    WholeFiles.all(channel, ByteBuffer.wrap(bytes("x")));
                }))
                .isInstanceOf(CancelledException.class);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(names(folder)).isEmpty();
        Thread.currentThread().interrupt();
        WholeFiles.file(file, bytes("small files are not cut by an interrupt"));
        assertThat(Thread.interrupted()).isTrue();
        assertThat(file).hasContent("small files are not cut by an interrupt");
    }

    @Test
    @Tag("unit")
    void folderAppearsWholeOrNotAtAll() throws IOException {
        Path target = folder.resolve("model");
        assertThatThrownBy(() -> WholeFiles.folder(target, partial -> {
                    Files.writeString(partial.resolve("one"), "1");
                    throw new IllegalStateException("writer broke");
                }))
                .isInstanceOf(IllegalStateException.class);
        assertThat(names(folder)).isEmpty();
        Files.createDirectory(target);
        WholeFiles.folder(target, partial -> {
            assertThat(names(target)).as("still empty").isEmpty();
            Files.writeString(Files.createDirectory(partial.resolve("sub")).resolve("one"), "1");
        });
        assertThat(target.resolve("sub/one")).hasContent("1");
        assertThat(Files.getPosixFilePermissions(target)).as("readable for others like any new folder")
                .isEqualTo(Files.getPosixFilePermissions(Files.createDirectory(folder.resolve("other"))));
        assertThatThrownBy(() -> WholeFiles.folder(target, partial -> {
                    throw new AssertionError("must not be called");
                }))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContainingAll("model", "not an empty folder");
        assertThat(names(folder)).containsExactly("model", "other");
    }

    @Test
    @Tag("unit")
    void oneOfManyWritersWins() throws Exception {
        Path target = folder.resolve("model");
        AtomicInteger winners = new AtomicInteger();
        CountDownLatch together = new CountDownLatch(8);
        List<Thread> threads = Stream.generate(() -> new Thread(() -> {
                    boolean won = WholeFiles.folderOnce(target, partial -> {
                        Files.writeString(partial.resolve("a"), Thread.currentThread().getName());
                        together.countDown();
                        await(together);
                        Files.writeString(partial.resolve("b"), Thread.currentThread().getName());
                    });
                    winners.addAndGet(won ? 1 : 0);
                }))
                .limit(8)
                .toList();
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(winners).hasValue(1);
        assertThat(target.resolve("a")).hasSameTextualContentAs(target.resolve("b"));
        assertThat(names(folder)).containsExactly("model");
        assertThat(WholeFiles.folderOnce(target, partial -> {
            throw new AssertionError("must not be called");
        })).isFalse();
    }

    @Test
    @Tag("unit")
    void deleteDoesNotFollowLinks() throws IOException {
        Path kept = Files.writeString(Files.createDirectory(folder.resolve("kept")).resolve("file"), "x");
        Path gone = Files.createDirectory(folder.resolve("gone"));
        Files.createSymbolicLink(gone.resolve("link"), folder.resolve("kept"));
        WholeFiles.delete(gone);
        WholeFiles.delete(gone);
        assertThat(kept).exists();
        assertThat(names(folder)).containsExactly("kept");
    }

    /** The child is killed while it writes, again and again; the target's name never shows a part. */
    @Test
    @Tag("integration")
    void killedWriterLeavesNothingUnderTheTargetsName() throws Exception {
        Path target = folder.resolve("model");
        for (int round = 0; round < 4; round++) {
            Process child = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                            "-cp",
                            System.getProperty("java.class.path"),
                            KilledWriter.class.getName(),
                            target.toString())
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            try (BufferedReader out = new BufferedReader(new InputStreamReader(child.getInputStream(), StandardCharsets.UTF_8))) {
                assertThat(out.readLine()).isEqualTo("half");
                Thread.sleep(20L * round);
                child.destroyForcibly().waitFor();
            }
            assertThat(target).doesNotExist();
            assertThat(names(folder)).as("only hidden siblings").isNotEmpty().allMatch(name -> name.startsWith(".model."));
        }
        assertThat(WholeFiles.folderOnce(target, partial -> Files.writeString(partial.resolve("a"), "whole"))).isTrue();
        assertThat(target.resolve("a")).hasContent("whole");
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static List<String> names(Path path) throws IOException {
        try (Stream<Path> entries = Files.list(path)) {
            return entries.map(entry -> String.valueOf(entry.getFileName())).sorted().toList();
        }
    }
}
