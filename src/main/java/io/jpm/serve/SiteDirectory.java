package io.jpm.serve;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// Provides access to the directory that is served. All methods access the disk and block.
///
/// No file outside of the directory is ever opened: a link is followed only if its target is inside
/// the directory.
final class SiteDirectory {
  private static final int MOST_ENTRIES = 10_000;

  private final Path root;
  private final boolean dotFiles;

  /// An entry in a listing.
  ///
  /// @param size the size in bytes; 0 for a directory
  record Entry(String name, boolean folder, long size, java.time.Instant modified) {}

  /// @param root a directory
  /// @param dotFiles whether names that begin with a dot are visible
  /// @throws IOException if `root` is not a directory or cannot be read
  SiteDirectory(Path root, boolean dotFiles) throws IOException {
    this.root = root.toRealPath();
    this.dotFiles = dotFiles;
    try (Stream<Path> entries = Files.list(this.root)) {
      boolean _ = entries.findAny().isPresent(); // fails if it cannot be read
    }
  }

  Path root() {
    return root;
  }

  /// Resolves names that [RequestPath] has validated.
  ResolvedPath find(List<String> names) {
    Path path = root;
    try {
      for (String name : names) {
        path = path.resolve(name);
      }
      Path real = path.toRealPath();
      if (!real.startsWith(root)) {
        return new ResolvedPath.Forbidden();
      }
      return isHidden(real) ? new ResolvedPath.Missing() : opened(real);
    } catch (AccessDeniedException _) {
      return new ResolvedPath.Forbidden();
    } catch (IOException | InvalidPathException _) {
      return new ResolvedPath.Missing();
    }
  }

  /// Reports whether any name in the resolved path begins with a dot. This is checked because a
  /// link with an ordinary name may lead to a hidden file.
  private boolean isHidden(Path real) {
    if (dotFiles) {
      return false;
    }
    for (Path name : root.relativize(real)) {
      if (name.toString().startsWith(".")) {
        return true;
      }
    }
    return false;
  }

  /// Opens a file or directory. Pipes and devices count as missing, because opening one could block
  /// forever.
  private static ResolvedPath opened(Path real) throws IOException {
    var attributes =
        Files.readAttributes(real, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    if (attributes.isDirectory()) {
      return new ResolvedPath.Folder(real);
    }
    if (!attributes.isRegularFile()) {
      return new ResolvedPath.Missing();
    }
    FileChannel channel =
        FileChannel.open(real, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
    try {
      return new ResolvedPath.Content(
          String.valueOf(real.getFileName()),
          channel,
          channel.size(),
          attributes.lastModifiedTime());
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  /// Returns the visible entries of a directory of the site: directories first, each group sorted
  /// by name.
  List<Entry> entries(Path folder) throws IOException {
    try (Stream<Path> paths = Files.list(folder)) {
      return paths
          .limit(MOST_ENTRIES)
          .flatMap(path -> entry(path).stream())
          .sorted(Comparator.comparing((Entry e) -> !e.folder()).thenComparing(Entry::name))
          .toList();
    }
  }

  private Optional<Entry> entry(Path path) {
    try {
      String name = String.valueOf(path.getFileName());
      Path real = path.toRealPath();
      if (!real.startsWith(root) || isHidden(real) || (!dotFiles && name.startsWith("."))) {
        return Optional.empty();
      }
      var attributes = Files.readAttributes(real, BasicFileAttributes.class);
      return Optional.of(
          new Entry(
              name,
              attributes.isDirectory(),
              attributes.isDirectory() ? 0 : attributes.size(),
              attributes.lastModifiedTime().toInstant()));
    } catch (IOException _) {
      return Optional.empty(); // a broken link, or a file just deleted
    }
  }
}
