package io.jpm.god;

import io.jpm.god.journal.DurableFile;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/// The main class of a process that writes generations until it is killed or the disk is full, and
/// says the number of each that is done.
final class GenerationWriter {
  private GenerationWriter() {}

  /// The text of one generation; the sizes differ.
  static String text(int number) {
    return "{\"n\":%d,\"padding\":\"%s\"}".formatted(number, "x".repeat(number * 7919 % 60_000));
  }

  /// Writes for ever.
  ///
  /// @param args folder and first number
  public static void main(String[] args) throws IOException {
    var file = new DurableFile(Path.of(args[0]), DurableFile.Kind.JOURNAL);
    // Not System.out: what is said must not wait in a buffer.
    try (OutputStream out = new FileOutputStream(FileDescriptor.out)) {
      for (int number = Integer.parseInt(args[1]); ; number++) {
        file.write(text(number));
        out.write((number + "\n").getBytes(StandardCharsets.US_ASCII));
      }
    }
  }
}
