package io.jpm.serve;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A request path. It is split first and then decoded once, so encoded characters can neither
/// become separators nor lead to a parent directory.
///
/// @param segments the decoded names; none is empty, `.` or `..`, or contains a slash, a backslash
///   or a control character
/// @param isDirectory whether the path ends with a slash
record RequestPath(List<String> segments, boolean isDirectory) implements PathParseResult {
  RequestPath {
    segments = List.copyOf(segments);
  }

  /// Parses the path of a request line.
  static PathParseResult of(String raw) {
    if (!raw.startsWith("/")) {
      return new PathParseResult.Refused(400);
    }
    List<String> segments = new ArrayList<>();
    for (String part : raw.split("/", -1)) {
      Optional<String> decoded = decoded(part);
      if (decoded.isEmpty()) {
        return new PathParseResult.Refused(400);
      }
      String name = decoded.get();
      if (name.equals(".") || name.equals("..") || hasForbidden(name)) {
        return new PathParseResult.Refused(403);
      }
      if (!name.isEmpty()) {
        segments.add(name);
      }
    }
    return new RequestPath(segments, raw.endsWith("/"));
  }

  /// Returns the decoded name; empty if it is not UTF-8, or a percent sign is not followed by two
  /// hexadecimal digits.
  private static Optional<String> decoded(String part) {
    byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
    ByteBuffer plain = ByteBuffer.allocate(bytes.length);
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] != '%') {
        plain.put(bytes[i]);
        continue;
      }
      int high = i + 2 < bytes.length ? Character.digit(bytes[i + 1], 16) : -1;
      int low = high >= 0 ? Character.digit(bytes[i + 2], 16) : -1;
      if (low < 0) {
        return Optional.empty();
      }
      plain.put((byte) (high << 4 | low));
      i += 2;
    }
    try {
      // A new decoder reports invalid UTF-8, such as a dot encoded in two bytes.
      return Optional.of(StandardCharsets.UTF_8.newDecoder().decode(plain.flip()).toString());
    } catch (CharacterCodingException _) {
      return Optional.empty();
    }
  }

  private static boolean hasForbidden(String name) {
    return name.chars().anyMatch(c -> c == '/' || c == '\\' || c < ' ' || c == 0x7f);
  }

  /// Reports whether any name in the path begins with a dot.
  boolean isHidden() {
    return segments.stream().anyMatch(name -> name.startsWith("."));
  }

  /// Returns the last name; empty for the root.
  String last() {
    return segments.isEmpty() ? "" : segments.getLast();
  }

  /// Reports whether the path probably refers to a page, rather than a script or an image: it has
  /// no extension, or the extension of a page.
  boolean looksLikePage() {
    int dot = last().lastIndexOf('.');
    return dot < 0 || last().endsWith(".html") || last().endsWith(".htm");
  }

  /// Returns the path as part of a URL, with a trailing slash.
  String asDirectory() {
    return segments.isEmpty() ? "/" : "/" + encoded(String.join("/", segments)) + "/";
  }

  /// Encodes a name, or several names separated by slashes, for a URL.
  static String encoded(String path) {
    try {
      // Because of the leading slash, a colon in the first name does not end a scheme.
      return new URI(null, null, "/" + path, null).toASCIIString().substring(1);
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(path, e);
    }
  }
}
