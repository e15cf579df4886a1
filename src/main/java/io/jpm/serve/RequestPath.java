package io.jpm.serve;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The path of a request, taken apart and then decoded, once: what was encoded can neither become a
/// separator nor lead upwards.
///
/// @param segments the decoded names, none of them empty, `.` or `..`, and none with a slash, a
///   backslash or a control character in it
/// @param ofFolder whether it ends with a slash
record RequestPath(List<String> segments, boolean ofFolder) implements PathReading {
  RequestPath {
    segments = List.copyOf(segments);
  }

  /// Reads the path of a request line, as it came.
  static PathReading of(String raw) {
    if (!raw.startsWith("/")) {
      return new PathReading.Refused(400);
    }
    List<String> segments = new ArrayList<>();
    for (String part : raw.split("/", -1)) {
      Optional<String> decoded = decoded(part);
      if (decoded.isEmpty()) {
        return new PathReading.Refused(400);
      }
      String name = decoded.get();
      if (name.equals(".") || name.equals("..") || hasForbidden(name)) {
        return new PathReading.Refused(403);
      }
      if (!name.isEmpty()) {
        segments.add(name);
      }
    }
    return new RequestPath(segments, raw.endsWith("/"));
  }

  /// Empty where it is not UTF-8, or a percent sign has no two hexadecimal digits behind it.
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
      // A decoder made for this reports what is no UTF-8, such as a dot in two bytes.
      return Optional.of(StandardCharsets.UTF_8.newDecoder().decode(plain.flip()).toString());
    } catch (CharacterCodingException _) {
      return Optional.empty();
    }
  }

  private static boolean hasForbidden(String name) {
    return name.chars().anyMatch(c -> c == '/' || c == '\\' || c < ' ' || c == 0x7f);
  }

  /// Whether a name in it begins with a dot.
  boolean isHidden() {
    return segments.stream().anyMatch(name -> name.startsWith("."));
  }

  /// The last name; empty for the root.
  String last() {
    return segments.isEmpty() ? "" : segments.getLast();
  }

  /// Whether a person would expect a page here rather than a script or a picture: it has no ending,
  /// or that of a page.
  boolean looksLikePage() {
    int dot = last().lastIndexOf('.');
    return dot < 0 || last().endsWith(".html") || last().endsWith(".htm");
  }

  /// The same as a path of a URL, with a slash at its end.
  String asFolder() {
    return segments.isEmpty() ? "/" : "/" + encoded(String.join("/", segments)) + "/";
  }

  /// A name, or several with slashes between, as it stands in a URL.
  static String encoded(String path) {
    try {
      // The slash before it keeps a colon from making a scheme of the first name.
      return new URI(null, null, "/" + path, null).toASCIIString().substring(1);
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(path, e);
    }
  }
}
