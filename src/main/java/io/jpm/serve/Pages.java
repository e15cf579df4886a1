package io.jpm.serve;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Decides which file answers a path. Looks at the disk and blocks.
final class Pages {
  private static final String INDEX = "index.html";
  private static final List<String> NOT_FOUND = List.of("404.html");

  private final Site site;
  private final boolean spa;
  private final boolean listing;
  private final boolean dotFiles;
  private final List<String> homepage;

  Pages(Site site, ServeSettings settings) {
    this.site = site;
    this.spa = settings.spa();
    this.listing = settings.listing();
    this.dotFiles = settings.dotFiles();
    this.homepage =
        Arrays.stream(settings.homepage().split("/")).filter(name -> !name.isEmpty()).toList();
    if (homepage.contains("..")) {
      throw new IllegalArgumentException(
          "PM2_SERVE_HOMEPAGE=" + settings.homepage() + " leads out of the directory");
    }
  }

  /// @param wantsPage whether the client would take an HTML page
  Answer answer(RequestPath path, boolean wantsPage) {
    if (path.isHidden() && !dotFiles) {
      return notFound(); // before the disk is asked: whether it is there is a secret too
    }
    return switch (site.find(path.segments())) {
      case Found.Content content -> ofFile(path, content);
      case Found.Folder folder -> ofFolder(path, folder, wantsPage);
      case Found.Missing _ -> missing(path, wantsPage);
      case Found.Forbidden _ -> Answer.Text.plain(403, "Forbidden");
    };
  }

  private Answer ofFile(RequestPath path, Found.Content content) {
    if (!path.ofFolder()) {
      return new Answer.File(200, content);
    }
    close(content);
    return notFound();
  }

  private Answer ofFolder(RequestPath path, Found.Folder folder, boolean wantsPage) {
    if (!path.ofFolder()) {
      return new Answer.Elsewhere(path.asFolder());
    }
    List<String> index = new ArrayList<>(path.segments());
    if (index.isEmpty()) {
      index.addAll(homepage);
    } else {
      index.add(INDEX);
    }
    if (site.find(index) instanceof Found.Content content) {
      return new Answer.File(200, content);
    }
    return listing ? listed(path, folder) : missing(path, wantsPage);
  }

  private Answer listed(RequestPath path, Found.Folder folder) {
    try {
      String page = Listing.of(path, site.entries(folder.real()));
      return new Answer.Text(200, "text/html; charset=utf-8", page);
    } catch (IOException _) {
      return Answer.Text.plain(403, "Forbidden");
    }
  }

  /// In a single-page app the page answers for all pages; a script or picture that such a page asks
  /// for beside its own address is looked for at the root, as in PM2.
  private Answer missing(RequestPath path, boolean wantsPage) {
    if (spa) {
      boolean page = wantsPage && path.looksLikePage();
      if (site.find(page ? homepage : List.of(path.last())) instanceof Found.Content content) {
        return new Answer.File(200, content);
      }
    }
    return notFound();
  }

  private Answer notFound() {
    return site.find(NOT_FOUND) instanceof Found.Content content
        ? new Answer.File(404, content)
        : Answer.Text.plain(404, "Not Found");
  }

  private static void close(Found.Content content) {
    try {
      content.channel().close();
    } catch (IOException _) {
      // Ignored because it was only read.
    }
  }
}
