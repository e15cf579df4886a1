package io.jpm.serve;

import java.nio.file.attribute.FileTime;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The validators with which a client checks whether its copy of a file is current (RFC 9110,
/// section 13).
///
/// @param etag the entity tag, including its quotes
/// @param modified the time of the last modification, to the second
record Validators(String etag, Instant modified) {
  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  static Validators of(long size, FileTime modified) {
    String etag = "\"%x-%x\"".formatted(modified.to(TimeUnit.NANOSECONDS), size);
    return new Validators(etag, modified.toInstant().truncatedTo(ChronoUnit.SECONDS));
  }

  /// Returns the value of the Last-Modified header.
  String date() {
    return DATE.format(modified);
  }

  /// Reports whether the client's copy is current.
  ///
  /// @param noneMatch the If-None-Match header
  /// @param since the If-Modified-Since header, which is used only if there is no If-None-Match
  ///   header
  boolean matchesCached(@Nullable String noneMatch, @Nullable String since) {
    if (noneMatch != null) {
      return noneMatch.strip().equals("*")
          || Stream.of(noneMatch.split(",")).map(String::strip).anyMatch(this::isMine);
    }
    return since != null && read(since).filter(time -> !modified.isAfter(time)).isPresent();
  }

  /// Reports whether the client may combine a part of the file with its own copy.
  ///
  /// @param ifRange the If-Range header
  boolean allowRange(@Nullable String ifRange) {
    return ifRange == null
        || ifRange.strip().equals(etag)
        || read(ifRange).filter(modified::equals).isPresent();
  }

  private boolean isMine(String tag) {
    return (tag.startsWith("W/") ? tag.substring(2) : tag).equals(etag);
  }

  private static Optional<Instant> read(String date) {
    try {
      return Optional.of(DateTimeFormatter.RFC_1123_DATE_TIME.parse(date.strip(), Instant::from));
    } catch (DateTimeException _) {
      return Optional.empty();
    }
  }
}
