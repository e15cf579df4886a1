package io.jpm.agent;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.regex.Pattern;

/// What a server says on one connection while its process drains: into each response of HTTP/1 goes
/// a line by which the client knows that it has to take another connection for its next request.
/// [#asked] may be called by another thread than [#write]; writes come one after the other.
final class ClosingResponse {
  private static final byte[] LINE = "Connection: close\r\n".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] NOTHING = {};
  private static final int LONGEST_STATUS_LINE = 1024;

  /// A request's first bytes; CONNECT makes a tunnel, and PRI begins HTTP/2.
  private static final Pattern REQUEST = Pattern.compile("(?!CONNECT |PRI )[A-Z]{3,16} ");

  private static final Pattern FINAL = Pattern.compile("HTTP/1\\.[01] [2-5]");

  /// 101 is not one: after it something else than HTTP is spoken.
  private static final Pattern INTERIM = Pattern.compile("HTTP/1\\.[01] 1(?!01)");

  /// How many bytes it takes to see whether they begin a request.
  static final int GLANCE = 17;

  private volatile boolean asked;

  /// How many bytes of a status line that was begun are still to come.
  private int statusLine;

  /// How many bytes of our line that was begun are still to be written.
  private int rest;

  /// Where bytes go.
  interface Wire {
    /// Writes as many as go.
    ///
    /// @return how many were taken, or a negative number of `sun.nio.ch.IOStatus`
    int write(byte[] bytes) throws IOException;
  }

  /// Whether these bytes, the first of a read, begin a request.
  static boolean isRequest(byte[] glance) {
    return REQUEST.matcher(text(glance, GLANCE)).lookingAt();
  }

  /// A request has come.
  void asked() {
    asked = true;
  }

  /// Whether the next bytes may be more than those of the server.
  boolean concerned() {
    return asked || statusLine > 0 || rest > 0;
  }

  /// Writes what the server wants to write, and our line where it belongs. Where nothing was
  /// written it is as if nothing had been tried.
  ///
  /// @param bytes the server's
  /// @return how many of them were taken, or what the wire said
  int write(byte[] bytes, Wire wire) throws IOException {
    while (true) {
      boolean first = statusLine == 0 && rest == 0;
      int line = first ? statusLineLength(bytes) : statusLine;
      int before = before(line, bytes.length);
      byte[] ours = ours(line, before);
      int written = wire.write(joined(bytes, before, ours));
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
      // Only of our line something was written: no progress that the server could be told of.
    }
  }

  /// How many of the server's bytes come before our line.
  private int before(int line, int length) {
    if (rest > 0) {
      return 0;
    }
    return line == 0 ? length : Math.min(line, length);
  }

  /// What of our line comes behind `before` bytes.
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

  /// Where a final response of HTTP/1 begins here.
  ///
  /// @return how long the status line is with its end; 0 where these are not the first bytes of a
  ///   final response of HTTP/1
  private static int statusLineLength(byte[] bytes) {
    String text = text(bytes, LONGEST_STATUS_LINE);
    int end = text.indexOf("\r\n");
    return end > 0 && FINAL.matcher(text).lookingAt() ? end + 2 : 0;
  }

  /// Whether the final response is still to come.
  private static boolean isInterim(byte[] bytes) {
    return INTERIM.matcher(text(bytes, GLANCE)).lookingAt();
  }

  private static String text(byte[] bytes, int most) {
    return new String(bytes, 0, Math.min(bytes.length, most), StandardCharsets.ISO_8859_1);
  }
}
