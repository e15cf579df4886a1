package io.jpm.serve;

import io.vertx.core.http.MimeMapping;
import java.util.Locale;
import java.util.Map;

/// Determines the content type of a file from the extension of its name.
final class ContentTypes {
  /// Content types that browsers require but that are missing or different in the table of Vert.x.
  private static final Map<String, String> MODERN =
      Map.ofEntries(
          Map.entry("js", "text/javascript"),
          Map.entry("mjs", "text/javascript"),
          Map.entry("map", "application/json"),
          Map.entry("md", "text/markdown"),
          Map.entry("wasm", "application/wasm"),
          Map.entry("webmanifest", "application/manifest+json"),
          Map.entry("avif", "image/avif"),
          Map.entry("webp", "image/webp"),
          Map.entry("woff", "font/woff"),
          Map.entry("woff2", "font/woff2"));

  private ContentTypes() {}

  /// Returns the content type of a file. As in PM2, a file without an extension is plain text.
  static String of(String name) {
    int dot = name.lastIndexOf('.');
    String ending = dot < 0 ? "" : name.substring(dot + 1).toLowerCase(Locale.ROOT);
    String known = MODERN.getOrDefault(ending, MimeMapping.mimeTypeForExtension(ending));
    String type = known != null ? known : dot <= 0 ? "text/plain" : "application/octet-stream";
    return type.startsWith("text/") ? type + "; charset=utf-8" : type;
  }
}
