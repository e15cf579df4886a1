package io.jpm.configwatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Tests how an edit of a process file is detected.
class FileFingerprintTest {
  @TempDir private Path folder;

  private Path write(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }

  private FileFingerprint mark(Path path) {
    return FileFingerprint.of(path, FileFingerprintTest::open);
  }

  private static FileChannel open(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new IOException(file + " is not a regular file");
    }
    return FileChannel.open(file);
  }

  @Test
  void markOfAFileDependsOnItsContent() throws IOException {
    Path file = folder.resolve("a.json");
    FileFingerprint absent = mark(file);
    write("a.json", "[1]");
    FileFingerprint one = mark(file);
    assertThat(one).isNotEqualTo(absent);
    Files.move(write("b.json", "[1]"), Files.createDirectory(folder.resolve("x")).resolve("b"));
    Files.delete(file);
    assertThat(mark(file)).as("deleted while an editor replaces it").isEqualTo(absent);
    Files.move(folder.resolve("x/b"), file);
    assertThat(mark(file)).as("another file with the same content").isEqualTo(one);
    write("a.json", "[2]");
    assertThat(mark(file)).as("another content of the same size").isNotEqualTo(one);
  }

  @Test
  void markOfADirectoryDependsOnlyOnItsProcessFiles() throws IOException {
    write("a.json", "[1]");
    FileFingerprint before = mark(folder);
    write("app.log", "a line");
    write(".a.json.swp", "half");
    write("README", "text");
    assertThat(mark(folder)).isEqualTo(before);
    write("b.yaml", "[1]");
    FileFingerprint two = mark(folder);
    assertThat(two).isNotEqualTo(before);
    Files.delete(folder.resolve("a.json"));
    assertThat(mark(folder)).isNotIn(before, two);
  }

  @Test
  void namedPipeDoesNotBlock() throws Exception {
    Path pipe = folder.resolve("a.json");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    FileFingerprint mark = assertTimeoutPreemptively(Duration.ofSeconds(60), () -> mark(pipe));
    assertThat(mark.files()).singleElement().extracting(FileFingerprint.Entry::size).isEqualTo(-1L);
    assertTimeoutPreemptively(Duration.ofSeconds(60), () -> mark(folder));
  }
}
