package io.jpm.god;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// `state.json` and the generation before it. Blocking; used by one thread at a time.
final class JournalFile {
  private static final Logger LOG = System.getLogger("jpm.god");

  private final Path file;
  private final Path previous;
  private final Path next;

  JournalFile(Path home) {
    this.file = home.resolve("state.json");
    this.previous = home.resolve("state.json.1");
    this.next = home.resolve("state.json.new");
  }

  /// Puts a complete new generation in place, on the disk before it gets its name.
  ///
  /// @throws IOException with the old generations untouched
  void write(JournalEntry.Snapshot snapshot) throws IOException {
    ByteBuffer bytes = StandardCharsets.UTF_8.encode(escaped(JournalJson.write(snapshot).encode()));
    Files.deleteIfExists(next);
    var ownerOnly =
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    try (FileChannel channel =
        FileChannel.open(
            next, Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW), ownerOnly)) {
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
    if (Files.exists(file)) {
      Files.move(file, previous, StandardCopyOption.ATOMIC_MOVE);
    }
    Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
  }

  /// The newest generation that is whole.
  ///
  /// @throws IllegalStateException with a sentence for the user when there is one that must not be
  ///   ignored
  JournalEntry.Snapshot read() {
    for (Path generation : List.of(file, previous)) {
      Optional<JournalEntry.Snapshot> snapshot = read(generation);
      if (snapshot.isPresent()) {
        return snapshot.get();
      }
    }
    return JournalEntry.Snapshot.EMPTY;
  }

  private Optional<JournalEntry.Snapshot> read(Path generation) {
    try {
      return Optional.of(JournalJson.read(new JsonObject(Files.readString(generation))));
    } catch (NoSuchFileException none) {
      return Optional.empty();
    } catch (JournalJson.Newer newer) {
      throw new IllegalStateException(
          "%s was written by a newer jpm: use that one, or move the file away to begin with no apps"
              .formatted(generation),
          newer);
    } catch (CharacterCodingException | RuntimeException damaged) {
      LOG.log(
          Level.ERROR,
          "{0} cannot be read ({1}); it is kept as {2} and the generation before it is used",
          generation,
          damaged.getMessage(),
          keep(generation));
      return Optional.empty();
    } catch (IOException unreadable) {
      // Not damage: to begin with no apps while they run would be worse than not to begin.
      throw new IllegalStateException(
          "%s cannot be read: %s".formatted(generation, unreadable), unreadable);
    }
  }

  private static Path keep(Path damaged) {
    Path kept = damaged.resolveSibling(damaged.getFileName() + ".damaged");
    try {
      Files.move(damaged, kept, StandardCopyOption.REPLACE_EXISTING);
      return kept;
    } catch (IOException impossible) {
      return damaged;
    }
  }

  /// Bytes that are not UTF-8 are lone surrogates in our texts, and those have no UTF-8 form:
  /// `\\uDC80`.
  private static String escaped(String json) {
    StringBuilder text = new StringBuilder(json.length());
    for (int i = 0; i < json.length(); i++) {
      char c = json.charAt(i);
      boolean pair =
          Character.isHighSurrogate(c)
              && i + 1 < json.length()
              && Character.isLowSurrogate(json.charAt(i + 1));
      if (pair) {
        text.append(c).append(json.charAt(++i));
      } else if (Character.isSurrogate(c)) {
        text.append(String.format("\\u%04x", (int) c));
      } else {
        text.append(c);
      }
    }
    return text.toString();
  }
}
