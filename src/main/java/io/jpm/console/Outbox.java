package io.jpm.console;

import io.jpm.wire.ConsoleChunk;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/// What a client has not been sent yet, cut into chunks when it asks: what lies together and goes
/// to the same stream leaves together, at most [#CHUNK_BYTES] of UTF-8 at a time, never half a
/// character.
///
/// Not thread-safe: owned by one session.
final class Outbox {
  static final int CHUNK_BYTES = 32 * 1024;
  private static final char REPLACEMENT = '\uFFFD';

  private final Deque<Piece> pieces = new ArrayDeque<>();

  /// How many characters wait.
  private int length;

  /// Text for one stream; what lies before `from` is gone already.
  private static final class Piece {
    final boolean error;
    final String text;
    int from;

    Piece(boolean error, String text) {
      this.error = error;
      this.text = text;
    }
  }

  void add(boolean error, String text) {
    if (!text.isEmpty()) {
      pieces.add(new Piece(error, text));
      length += text.length();
    }
  }

  boolean isEmpty() {
    return pieces.isEmpty();
  }

  /// Whether what waits is a chunk or more.
  boolean fillsChunk() {
    return length >= CHUNK_BYTES;
  }

  /// The next chunk to send.
  Optional<ConsoleChunk> poll() {
    Piece first = pieces.peek();
    if (first == null) {
      return Optional.empty();
    }
    boolean error = first.error;
    var chunk = new StringBuilder();
    int room = CHUNK_BYTES;
    for (Piece piece = first; piece != null && piece.error == error; piece = pieces.peek()) {
      room -= move(piece, chunk, room);
      if (piece.from < piece.text.length()) {
        break;
      }
      pieces.remove();
    }
    String text = chunk.toString();
    length -= text.length();
    return Optional.of(error ? new ConsoleChunk.Err(text) : new ConsoleChunk.Out(text));
  }

  /// Moves as much as `room` bytes hold.
  ///
  /// @return the bytes used
  private static int move(Piece piece, StringBuilder chunk, int room) {
    int used = 0;
    while (piece.from < piece.text.length()) {
      int point = piece.text.codePointAt(piece.from);
      int size = utf8Length(point);
      if (used + size > room) {
        return used;
      }
      if (isSurrogate(point)) {
        chunk.append(REPLACEMENT); // a byte that was no UTF-8: JSON cannot carry it
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
