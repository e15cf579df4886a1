package io.jpm.serve;

import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;

/// Renders the page that lists the entries of a directory.
final class DirectoryListing {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm", Locale.ROOT).withZone(ZoneOffset.UTC);

  private DirectoryListing() {}

  static String of(RequestPath path, List<SiteDirectory.Entry> entries) {
    String title = "/" + String.join("/", path.segments());
    var page = new StringBuilder("<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\"><title>");
    page.append(escaped(title)).append("</title></head>\n<body><h1>").append(escaped(title));
    page.append("</h1>\n<table>\n<tr><th>Name</th><th>Size</th><th>Modified (UTC)</th></tr>\n");
    if (!path.segments().isEmpty()) {
      page.append("<tr><td><a href=\"../\">../</a></td><td></td><td></td></tr>\n");
    }
    for (SiteDirectory.Entry entry : entries) {
      String slash = entry.folder() ? "/" : "";
      page.append("<tr><td><a href=\"./")
          .append(escaped(RequestPath.encoded(entry.name())))
          .append(slash)
          .append("\">")
          .append(escaped(entry.name()))
          .append(slash)
          .append("</a></td><td>")
          .append(entry.folder() ? "" : Long.toString(entry.size()))
          .append("</td><td>")
          .append(TIME.format(entry.modified()))
          .append("</td></tr>\n");
    }
    return page.append("</table></body></html>\n").toString();
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;")
        .replace("'", "&#39;");
  }
}
