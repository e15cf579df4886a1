package io.jpm.console.session;

import io.jpm.wire.ConsoleChunk;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A queue of output for the client. Each chunk that the client requests combines adjacent texts
/// for the same stream, up to [#CHUNK_BYTES] of UTF-8. Characters are never split, and neither is
/// text with a resume mark. A client that has received a mark has therefore received all text
/// before it.
///
/// Not thread-safe: confined to one session.
public final class Outbox {
  public static final int CHUNK_BYTES = 32 * 1024;
  private static final char REPLACEMENT = '\uFFFD';

  private final Deque<Piece> pieces = new ArrayDeque<>();

  /// The number of characters that have not been sent yet.
  private int length;

  /// Text for one stream; the part before `from` has been sent.
  private static final class Piece {
    final boolean error;
    final String text;
    final @Nullable Supplier<String> mark;
    int from;

    Piece(boolean error, String text, @Nullable Supplier<String> mark) {
      this.error = error;
      this.text = text;
      this.mark = mark;
    }

    /// Reports whether the piece may be sent in one chunk with `first`.
    boolean canJoin(Piece first) {
      return error == first.error && (mark == null) == (first.mark == null);
    }
  }

  void add(boolean error, String text) {
    if (!text.isEmpty()) {
      pieces.add(new Piece(error, text, null));
      length += text.length();
    }
  }

  /// Adds text that must be sent as a whole.
  ///
  /// @param mark returns the resume mark to send with the text; not called if a later marked text
  ///   is sent in the same chunk
  void add(boolean error, String text, Supplier<String> mark) {
    pieces.add(new Piece(error, text, mark));
    length += text.length();
  }

  boolean isEmpty() {
    return pieces.isEmpty();
  }

  /// Reports whether the waiting text fills at least one chunk.
  boolean fillsChunk() {
    return length >= CHUNK_BYTES;
  }

  /// Returns the next chunk to send.
  Optional<ConsoleChunk> poll() {
    Piece first = pieces.peek();
    if (first == null) {
      return Optional.empty();
    }
    var chunk = new StringBuilder();
    Supplier<String> mark = first.mark;
    if (mark == null) {
      pollPart(first, chunk);
    } else {
      mark = pollWhole(first, mark, chunk);
    }
    String text = chunk.toString();
    length -= text.length();
    ConsoleChunk next = first.error ? new ConsoleChunk.Err(text) : new ConsoleChunk.Out(text);
    if (mark == null) {
      return Optional.of(next);
    }
    return Optional.of(
        new ConsoleChunk.Marked(text.isEmpty() ? new ConsoleChunk.KeepAlive() : next, mark.get()));
  }

  private void pollPart(Piece first, StringBuilder chunk) {
    int capacity = CHUNK_BYTES;
    for (Piece piece = first; piece != null && piece.canJoin(first); piece = pieces.peek()) {
      capacity -= move(piece, chunk, capacity);
      if (piece.from < piece.text.length()) {
        return;
      }
      pieces.remove();
    }
  }

  /// Moves as many whole pieces as fit into the chunk, but at least one.
  ///
  /// @return the mark of the last piece
  private Supplier<String> pollWhole(Piece first, Supplier<String> mark, StringBuilder chunk) {
    Supplier<String> last = mark;
    for (Piece piece = first; piece != null && piece.canJoin(first); piece = pieces.peek()) {
      boolean fits = chunk.length() + piece.text.length() <= CHUNK_BYTES;
      if (piece.mark == null || (piece != first && !fits)) {
        break;
      }
      move(piece, chunk, Integer.MAX_VALUE);
      last = piece.mark;
      pieces.remove();
    }
    return last;
  }

  /// Moves as much text as fits into `capacity` bytes.
  ///
  /// @return the number of bytes used
  private static int move(Piece piece, StringBuilder chunk, int capacity) {
    int used = 0;
    while (piece.from < piece.text.length()) {
      int point = piece.text.codePointAt(piece.from);
      int size = utf8Length(point);
      if (used + size > capacity) {
        return used;
      }
      if (isSurrogate(point)) {
        chunk.append(REPLACEMENT); // stands for a byte that is not UTF-8; JSON cannot contain it
      } else {
        chunk.appendCodePoint(point);
      }
      used += size;
      piece.from += Character.charCount(point);
    }
    return used;
  }

  private static boolean isSurrogate(int point) {
    return point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE;
  }

  private static int utf8Length(int point) {
    if (point < 0x80) {
      return 1;
    }
    return point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
  }
}
