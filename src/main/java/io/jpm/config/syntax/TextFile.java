package io.jpm.config.syntax;

import io.jpm.config.values.Sizes;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/// Reads a file named by the user. Its size is limited, and pipes and devices are rejected, because
/// reading them could block the daemon.
public final class TextFile {
  /// The maximum size of a configuration file.
  public static final int MAX_BYTES = 4 << 20;

  private TextFile() {}

  /// The result of reading a file.
  public sealed interface Outcome {
    record Read(String text) implements Outcome {}

    record Absent() implements Outcome {}

    /// The file cannot be used.
    ///
    /// @param message the message without its subject, the file; for example `is empty`
    record Refused(String message) implements Outcome {}
  }

  /// Reads a file of at most [#MAX_BYTES] bytes. An empty file is refused.
  public static Outcome read(Path file) {
    return switch (read(file, MAX_BYTES)) {
      case Outcome.Read(String text) when text.isBlank() -> new Outcome.Refused("is empty");
      case Outcome.Read read -> read;
      case Outcome.Absent absent -> absent;
      case Outcome.Refused refused -> refused;
    };
  }

  /// Reads a file, which may be empty.
  ///
  /// @param most its maximum size in bytes
  public static Outcome read(Path file, int most) {
    if (Files.isDirectory(file)) {
      return new Outcome.Refused("is a directory, not a file");
    }
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      return new Outcome.Refused("is not a regular file");
    }
    try (InputStream in = Files.newInputStream(file)) {
      return text(in.readNBytes(most + 1), most);
    } catch (NoSuchFileException _) {
      return new Outcome.Absent();
    } catch (AccessDeniedException _) {
      return new Outcome.Refused("cannot be read: permission denied");
    } catch (IOException e) {
      return new Outcome.Refused("cannot be read: " + e.getMessage());
    }
  }

  /// Decodes `bytes` as text. Empty or blank text is refused.
  public static Outcome text(byte[] bytes) {
    Outcome outcome = text(bytes, MAX_BYTES);
    return outcome instanceof Outcome.Read(String text) && text.isBlank()
        ? new Outcome.Refused("is empty")
        : outcome;
  }

  private static Outcome text(byte[] bytes, int most) {
    if (bytes.length > most) {
      return new Outcome.Refused("is larger than " + Sizes.format(most));
    }
    if (bytes.length >= 2 && isMarkOfUtf16(bytes[0] & 0xFF, bytes[1] & 0xFF)) {
      return new Outcome.Refused("is UTF-16 text: save it as UTF-8");
    }
    String text;
    try {
      text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException _) {
      return new Outcome.Refused("is not UTF-8 text: save it as UTF-8");
    }
    if (text.indexOf('\0') >= 0) {
      return new Outcome.Refused("contains a NUL byte and is therefore not text");
    }
    String withoutMark = text.startsWith("\ufeff") ? text.substring(1) : text;
    return new Outcome.Read(withoutMark);
  }

  private static boolean isMarkOfUtf16(int first, int second) {
    return (first == 0xFF && second == 0xFE) || (first == 0xFE && second == 0xFF);
  }
}
