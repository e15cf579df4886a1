package io.jpm.serve;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The part of a file that a client asks for.
///
/// @param offset of its first byte
/// @param length in bytes; 0: there is no such part
record ByteRange(long offset, long length) {
  private static final Pattern ONE = Pattern.compile("bytes=(\\d{0,18})-(\\d{0,18})");

  /// Reads a Range header. Empty where it is none that is served: then all of the file is the
  /// answer, as RFC 9110 has it. Several ranges at once are not served.
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

  /// As the header Content-Range has it.
  String of(long size) {
    return length == 0
        ? "bytes */" + size
        : "bytes %d-%d/%d".formatted(offset, offset + length - 1, size);
  }
}
