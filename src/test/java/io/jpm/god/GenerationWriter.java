package io.jpm.god;

import io.jpm.god.journal.DurableFile;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/// Main class of a process that writes generations until it is killed or the disk is full. It
/// prints the number of each generation after it is written.
final class GenerationWriter {
  private GenerationWriter() {}

  /// Returns the content of generation `number`; the sizes differ.
  static String content(int number) {
    return "{\"n\":%d,\"padding\":\"%s\"}".formatted(number, "x".repeat(number * 7919 % 60_000));
  }

  /// Writes generations without end.
  ///
  /// @param args directory and first number
  public static void main(String[] args) throws IOException {
    var file = new DurableFile(Path.of(args[0]), DurableFile.Kind.JOURNAL);
    // Not System.out: the output must not wait in a buffer.
    try (OutputStream out = new FileOutputStream(FileDescriptor.out)) {
      for (int number = Integer.parseInt(args[1]); ; number++) {
        file.write(content(number));
        out.write((number + "\n").getBytes(StandardCharsets.US_ASCII));
      }
    }
  }
}
