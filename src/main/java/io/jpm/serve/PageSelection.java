package io.jpm.serve;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Selects the response to a request path. Accesses the disk and blocks.
final class PageSelection {
  private static final String INDEX = "index.html";
  private static final List<String> NOT_FOUND = List.of("404.html");

  private final SiteDirectory siteDirectory;
  private final boolean spa;
  private final boolean listing;
  private final boolean dotFiles;
  private final List<String> homepage;

  PageSelection(SiteDirectory siteDirectory, ServeSettings settings) {
    this.siteDirectory = siteDirectory;
    this.spa = settings.spa();
    this.listing = settings.listing();
    this.dotFiles = settings.dotFiles();
    this.homepage =
        Arrays.stream(settings.homepage().split("/")).filter(name -> !name.isEmpty()).toList();
    if (homepage.contains("..")) {
      throw new IllegalArgumentException(
          "PM2_SERVE_HOMEPAGE="
              + settings.homepage()
              + " is outside of the served directory: use a path inside it");
    }
  }

  /// Returns the response to a request for `path`.
  ///
  /// @param wantsPage whether the client accepts an HTML page
  SiteResponse answer(RequestPath path, boolean wantsPage) {
    if (path.isHidden() && !dotFiles) {
      return notFound(); // must not reveal whether the file exists
    }
    return switch (siteDirectory.find(path.segments())) {
      case ResolvedPath.Content content -> ofFile(path, content);
      case ResolvedPath.Folder folder -> ofFolder(path, folder, wantsPage);
      case ResolvedPath.Missing _ -> missing(path, wantsPage);
      case ResolvedPath.Forbidden _ -> SiteResponse.Text.plain(403, "Forbidden");
    };
  }

  private SiteResponse ofFile(RequestPath path, ResolvedPath.Content content) {
    if (!path.isDirectory()) {
      return new SiteResponse.File(200, content);
    }
    close(content);
    return notFound();
  }

  private SiteResponse ofFolder(RequestPath path, ResolvedPath.Folder folder, boolean wantsPage) {
    if (!path.isDirectory()) {
      return new SiteResponse.Redirect(path.asDirectory());
    }
    List<String> index = new ArrayList<>(path.segments());
    if (index.isEmpty()) {
      index.addAll(homepage);
    } else {
      index.add(INDEX);
    }
    if (siteDirectory.find(index) instanceof ResolvedPath.Content content) {
      return new SiteResponse.File(200, content);
    }
    return listing ? listed(path, folder) : missing(path, wantsPage);
  }

  private SiteResponse listed(RequestPath path, ResolvedPath.Folder folder) {
    try {
      String page = DirectoryListing.of(path, siteDirectory.entries(folder.real()));
      return new SiteResponse.Text(200, "text/html; charset=utf-8", page);
    } catch (IOException _) {
      return SiteResponse.Text.plain(403, "Forbidden");
    }
  }

  /// Returns the response for a missing file. In a single-page app, the homepage is the response
  /// for all missing pages. Scripts and images that such a page requests relative to its own
  /// address are looked up in the root, as in PM2.
  private SiteResponse missing(RequestPath path, boolean wantsPage) {
    if (spa) {
      boolean page = wantsPage && path.looksLikePage();
      if (siteDirectory.find(page ? homepage : List.of(path.last()))
          instanceof ResolvedPath.Content content) {
        return new SiteResponse.File(200, content);
      }
    }
    return notFound();
  }

  private SiteResponse notFound() {
    return siteDirectory.find(NOT_FOUND) instanceof ResolvedPath.Content content
        ? new SiteResponse.File(404, content)
        : SiteResponse.Text.plain(404, "Not Found");
  }

  private static void close(ResolvedPath.Content content) {
    try {
      content.channel().close();
    } catch (IOException _) {
      // Ignored because the file was only read.
    }
  }
}
