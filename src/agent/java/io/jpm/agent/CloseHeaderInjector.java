package io.jpm.agent;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.regex.Pattern;

/// Inserts `Connection: close` into the HTTP/1 responses on one connection of a draining process,
/// so that the client uses another connection for its next request. [#requestReceived] may be
/// called on a different thread than [#write]. Calls of [#write] must not overlap.
final class CloseHeaderInjector {
  private static final byte[] LINE = "Connection: close\r\n".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] NOTHING = {};
  private static final int LONGEST_STATUS_LINE = 1024;

  /// Matches the first bytes of a request, except for CONNECT, which opens a tunnel, and PRI, which
  /// begins HTTP/2.
  private static final Pattern REQUEST = Pattern.compile("(?!CONNECT |PRI )[A-Z]{3,16} ");

  private static final Pattern FINAL = Pattern.compile("HTTP/1\\.[01] [2-5]");

  /// Matches an interim response, except for 101 (Switching Protocols), which is followed by
  /// another protocol.
  private static final Pattern INTERIM = Pattern.compile("HTTP/1\\.[01] 1(?!01)");

  /// The number of bytes that suffice to recognize the beginning of a request.
  static final int PREFIX_LENGTH = 17;

  private volatile boolean asked;

  /// The number of bytes still to be written of a status line that was partly written.
  private int statusLine;

  /// The number of bytes of the injected header line that are still to be written.
  private int rest;

  /// The connection to which the bytes are written.
  interface ByteSink {
    /// Writes as many bytes as the connection accepts.
    ///
    /// @return the number of bytes written, or a negative value of `sun.nio.ch.IOStatus`
    int write(byte[] bytes) throws IOException;
  }

  /// Reports whether `glance`, the first bytes of a read, is the beginning of a request.
  static boolean isRequest(byte[] glance) {
    return REQUEST.matcher(text(glance, PREFIX_LENGTH)).lookingAt();
  }

  /// Records that a request has been read.
  void requestReceived() {
    asked = true;
  }

  /// Reports whether the header may have to be inserted into the next write.
  boolean isActive() {
    return asked || statusLine > 0 || rest > 0;
  }

  /// Writes the server's bytes, and inserts the header line after the status line. If no byte is
  /// written, the state does not change.
  ///
  /// @param bytes the server's bytes
  /// @return how many of the server's bytes were written, or the negative result of `byteSink`
  int write(byte[] bytes, ByteSink byteSink) throws IOException {
    while (true) {
      boolean first = statusLine == 0 && rest == 0;
      int line = first ? statusLineLength(bytes) : statusLine;
      int before = before(line, bytes.length);
      byte[] ours = ours(line, before);
      int written = byteSink.write(joined(bytes, before, ours));
      if (written <= 0) {
        return written;
      }
      if (first && !isInterim(bytes)) {
        asked = false;
      }
      int oursWritten = Math.max(0, Math.min(written - before, ours.length));
      statusLine = line - Math.min(line, written);
      rest = statusLine > 0 ? 0 : ours.length - oursWritten;
      if (written > oursWritten) {
        return written - oursWritten;
      }
      // Only bytes of the inserted line were written, so none of the server's bytes was: continue.
    }
  }

  /// Returns how many of the server's bytes precede the inserted line.
  private int before(int line, int length) {
    if (rest > 0) {
      return 0;
    }
    return line == 0 ? length : Math.min(line, length);
  }

  /// Returns the part of the inserted line that follows the server's first `before` bytes.
  private byte[] ours(int line, int before) {
    if (rest > 0) {
      return Arrays.copyOfRange(LINE, LINE.length - rest, LINE.length);
    }
    return line > 0 && line == before ? LINE : NOTHING;
  }

  private static byte[] joined(byte[] bytes, int before, byte[] ours) {
    byte[] all = Arrays.copyOf(bytes, bytes.length + ours.length);
    System.arraycopy(bytes, before, all, before + ours.length, bytes.length - before);
    System.arraycopy(ours, 0, all, before, ours.length);
    return all;
  }

  /// Returns the length of the status line, including its line break; 0 if these are not the first
  /// bytes of a final HTTP/1 response.
  private static int statusLineLength(byte[] bytes) {
    String text = text(bytes, LONGEST_STATUS_LINE);
    int end = text.indexOf("\r\n");
    return end > 0 && FINAL.matcher(text).lookingAt() ? end + 2 : 0;
  }

  /// Reports whether the bytes begin an interim response, which is followed by the final response.
  private static boolean isInterim(byte[] bytes) {
    return INTERIM.matcher(text(bytes, PREFIX_LENGTH)).lookingAt();
  }

  private static String text(byte[] bytes, int most) {
    return new String(bytes, 0, Math.min(bytes.length, most), StandardCharsets.ISO_8859_1);
  }
}
