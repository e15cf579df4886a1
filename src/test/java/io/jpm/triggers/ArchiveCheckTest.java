package io.jpm.triggers;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// An archive is whole if Java itself opens it.
class ArchiveCheckTest {
  private static final long MOST_MEMORY = 4L << 20;

  @TempDir Path folder;
  private Path jar;

  @BeforeEach
  void initializeJar() {
    jar = folder.resolve("app.jar");
  }

  @Test
  @Tag("slow")
  void archiveWithAnyNumberOfEntriesIsWhole() throws IOException {
    for (int entries : new int[] {0, 1, 3000, 70_000}) { // the last one is a zip64
      write(entries, "");
      assertThat(isWhole()).as("%d entries", entries).isTrue();
    }
  }

  @Test
  void archiveWithACommentOrALeadingScriptIsWhole() throws IOException {
    write(5, "a comment ".repeat(1000));
    assertThat(isWhole()).isTrue();
    byte[] archive = Files.readAllBytes(jar);
    Files.writeString(jar, "#!/bin/sh\nexec java -jar $0\n");
    Files.write(jar, archive, StandardOpenOption.APPEND);
    assertThat(isWhole()).isTrue();
    assertThat(opensInJava()).isTrue();
  }

  @Test
  void truncatedArchiveIsNotWhole() throws IOException {
    write(20, "comment");
    byte[] whole = Files.readAllBytes(jar);
    for (int length = 0; length < whole.length; length++) {
      Files.write(jar, Arrays.copyOf(whole, length));
      assertThat(isWhole()).as("%d of %d bytes", length, whole.length).isFalse();
    }
  }

  @Test
  void archiveWithoutItsBeginningOrAnEntryIsNotWhole() throws IOException {
    write(20, "");
    byte[] whole = Files.readAllBytes(jar);
    Files.write(jar, Arrays.copyOfRange(whole, 100, whole.length));
    assertThat(isWhole()).isEqualTo(opensInJava()).isFalse();
    whole[whole.length - 22 + 10]++; // one entry more than the archive has
    Files.write(jar, whole);
    assertThat(isWhole()).isFalse();
  }

  /// A sparse file whose end record claims a directory of two gigabytes.
  @Test
  void forgedDirectorySizeAllocatesNoMemory() throws IOException {
    long directory = 2_000_000_000L;
    ByteBuffer end = ByteBuffer.allocate(22).order(ByteOrder.LITTLE_ENDIAN);
    end.putInt(0, 0x06054b50).putShort(8, (short) 60_000).putShort(10, (short) 60_000);
    end.putInt(12, (int) directory).putInt(16, 0);
    try (FileChannel out =
        FileChannel.open(jar, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      out.write(end, directory);
    }
    assertThat(memoryOf(this::isWhole)).isLessThan(MOST_MEMORY);
    assertThat(isWhole()).isFalse();
  }

  @Test
  @Tag("slow")
  void largeDirectoryIsReadInPieces() throws IOException {
    write(200_000, "");
    assertThat(memoryOf(this::isWhole)).isLessThan(MOST_MEMORY);
    assertThat(isWhole()).isTrue();
  }

  private interface Check {
    boolean judge() throws IOException;
  }

  /// Returns the memory that the thread allocates during the check.
  private static long memoryOf(Check judging) throws IOException {
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    judging.judge();
    return threads.getCurrentThreadAllocatedBytes() - before;
  }

  private boolean isWhole() throws IOException {
    try (FileChannel in = FileChannel.open(jar, StandardOpenOption.READ)) {
      return ArchiveCheck.is(in);
    }
  }

  private boolean opensInJava() {
    try (ZipFile _ = new ZipFile(jar.toFile())) {
      return true;
    } catch (IOException broken) {
      return false;
    }
  }

  private void write(int entries, String comment) throws IOException {
    try (OutputStream out = Files.newOutputStream(jar);
        var zip = new ZipOutputStream(out)) {
      zip.setComment(comment);
      for (int i = 0; i < entries; i++) {
        zip.putNextEntry(new ZipEntry("entry/" + i));
        zip.write("content".getBytes(StandardCharsets.UTF_8));
      }
    }
  }
}
