package io.jpm.serve;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The part of a file that a client requests.
///
/// @param offset the offset of the first byte
/// @param length the length in bytes; 0 if the requested part is outside of the file
record ByteRange(long offset, long length) {
  private static final Pattern ONE = Pattern.compile("bytes=(\\d{0,18})-(\\d{0,18})");

  /// Parses a Range header. Returns empty if the header is invalid or not supported; the whole file
  /// is then sent, as RFC 9110 permits. Multiple ranges are not supported.
  static Optional<ByteRange> of(String header, long size) {
    Matcher words = ONE.matcher(header.strip());
    if (!words.matches()) {
      return Optional.empty();
    }
    String first = words.group(1);
    String last = words.group(2);
    if (first.isEmpty()) {
      return last.isEmpty() ? Optional.empty() : Optional.of(tail(Long.parseLong(last), size));
    }
    long from = Long.parseLong(first);
    long to = last.isEmpty() ? Long.MAX_VALUE : Long.parseLong(last);
    if (to < from) {
      return Optional.empty();
    }
    return Optional.of(new ByteRange(from, Math.max(0, Math.min(to, size - 1) - from + 1)));
  }

  private static ByteRange tail(long count, long size) {
    long length = Math.min(count, size);
    return new ByteRange(size - length, length);
  }

  /// Returns the value of the Content-Range header.
  String of(long size) {
    return length == 0
        ? "bytes */" + size
        : "bytes %d-%d/%d".formatted(offset, offset + length - 1, size);
  }
}
