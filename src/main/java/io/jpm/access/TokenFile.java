package io.jpm.access;

import io.jpm.bus.FileErrors;
import io.jpm.bus.HomeFileWriter;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// The file `tokens.json`, which contains the tokens, each with the digest of its secret. No backup
/// of the file is kept, because restoring it would make revoked tokens valid again. All methods
/// block. Not thread-safe.
final class TokenFile {
  private static final int VERSION = 1;
  private static final long MOST_BYTES = 4 << 20;

  private final Path file;

  /// Identifies a version of the file by its attributes.
  ///
  /// @param attributes the file's attributes; empty if the file does not exist
  record Stamp(Optional<List<Object>> attributes) {
    static final Stamp NONE = new Stamp(Optional.empty());
  }

  /// The result of reading the file.
  sealed interface Content {
    /// The file is valid and contains these tokens. The list is empty if the file does not exist.
    record Intact(List<Token> tokens) implements Content {
      public Intact {
        tokens = List.copyOf(tokens);
      }
    }

    /// The file is invalid, so no part of it is used.
    ///
    /// @param problem a message of one line that names the file, the problem and its location
    record Damaged(String problem) implements Content {}
  }

  TokenFile(Path file) {
    this.file = file;
  }

  Path path() {
    return file;
  }

  /// Returns a value that changes whenever the file is changed.
  Stamp stamp() throws IOException {
    try {
      BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
      return new Stamp(
          Optional.of(List.of(now.lastModifiedTime(), now.size(), String.valueOf(now.fileKey()))));
    } catch (NoSuchFileException none) {
      return Stamp.NONE;
    }
  }

  Content read() {
    try {
      if (Files.size(file) > MOST_BYTES) {
        return damaged("has more than %d bytes".formatted(MOST_BYTES));
      }
      return new Content.Intact(tokens(new JsonObject(Files.readString(file))));
    } catch (NoSuchFileException none) {
      return new Content.Intact(List.of());
    } catch (IOException unreadable) {
      return damaged("cannot be read: " + FileErrors.of(unreadable));
    } catch (RuntimeException wrong) {
      return damaged("is damaged: " + firstLine(wrong));
    }
  }

  private Content damaged(String what) {
    return new Content.Damaged(file + " " + what);
  }

  /// Returns the first line of the exception's message. In the lines after it, parsers report the
  /// position and quote the text of the file, which must not be logged.
  private static String firstLine(RuntimeException wrong) {
    return String.valueOf(wrong.getMessage()).lines().findFirst().orElse("");
  }

  private static List<Token> tokens(JsonObject json) {
    if (!Set.of("v", "tokens").equals(json.fieldNames())
        || !Integer.valueOf(VERSION).equals(json.getValue("v"))
        || !(json.getValue("tokens") instanceof JsonArray array)) {
      throw new IllegalArgumentException("expected {\"v\":1,\"tokens\":[…]}");
    }
    List<Token> tokens = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (int i = 0; i < array.size(); i++) {
      try {
        Token token = Token.read(array.getValue(i));
        if (!names.add(token.token().name())) {
          throw new IllegalArgumentException("duplicate name " + token.token().name());
        }
        tokens.add(token);
      } catch (IllegalArgumentException wrong) {
        throw new IllegalArgumentException("tokens[" + i + "]: " + wrong.getMessage(), wrong);
      }
    }
    return tokens;
  }

  /// Replaces all tokens in the file. When this method returns, they have been written to the disk.
  void write(Collection<Token> tokens) throws IOException {
    var array = new JsonArray();
    tokens.forEach(token -> array.add(token.toJson()));
    String text = new JsonObject().put("v", VERSION).put("tokens", array).encodePrettily() + "\n";
    HomeFileWriter.writeDurably(file, text);
  }
}
