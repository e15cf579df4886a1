package io.jpm.god.process;

import io.jpm.model.RunAs;
import io.jpm.os.AppAccess;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/// Determines the versions of apps according to PM2's rule: `version` in the nearest `package.json`
/// in the script's directory or one of its parents. Blocking and thread-safe.
final class PackageVersions {
  private static final int MOST_BYTES = 1 << 20;

  /// The format of a version. Longer texts, and texts with whitespace or control characters, are
  /// ignored.
  private static final Pattern VERSION = Pattern.compile("[!-~]{1,64}");

  /// Upper bound on the number of cached files. A larger number indicates that apps are constantly
  /// added and removed.
  private static final int MOST_FILES = 1000;

  private final Map<Place, CachedVersion> files = new ConcurrentHashMap<>();
  private final AppAccess access;

  /// @param access reads the files with the credentials of the apps' users
  PackageVersions(AppAccess access) {
    this.access = access;
  }

  /// A file and the user who reads it; an empty user stands for the daemon.
  private record Place(Path file, Optional<String> user) {}

  /// The cached content of a file and the attributes that show whether it is still valid.
  ///
  /// @param json whether the file contained valid JSON; if not, the search continues in the parent
  ///   directory
  /// @param version the version; empty if the file does not contain one
  private record CachedVersion(FileTime modified, long size, boolean json, String version) {
    boolean isOf(BasicFileAttributes now) {
      return now.lastModifiedTime().equals(modified) && now.size() == size;
    }
  }

  /// Returns the version of the package to which `script` belongs; empty if there is none.
  ///
  /// @param runAs the credentials of the app
  String find(Path script, RunAs runAs) {
    for (Path at = script.getParent(); at != null && at.getNameCount() > 0; at = at.getParent()) {
      Optional<CachedVersion> known =
          look(new Place(at.resolve("package.json"), runAs.user()), runAs);
      if (known.isPresent() && known.get().json()) {
        return known.get().version();
      }
    }
    return "";
  }

  private Optional<CachedVersion> look(Place place, RunAs runAs) {
    Path file = place.file();
    BasicFileAttributes now;
    try {
      now = Files.readAttributes(file, BasicFileAttributes.class);
    } catch (IOException _) {
      return Optional.empty();
    }
    CachedVersion cachedVersion = files.get(place);
    if (cachedVersion == null || !cachedVersion.isOf(now)) {
      cachedVersion = read(file, runAs, now);
      if (files.size() >= MOST_FILES) {
        files.clear();
      }
      files.put(place, cachedVersion);
    }
    return Optional.of(cachedVersion);
  }

  private CachedVersion read(Path file, RunAs runAs, BasicFileAttributes now) {
    boolean json = false;
    String version = "";
    try {
      String text = new String(access.read(file, MOST_BYTES, runAs), StandardCharsets.UTF_8);
      Object said =
          new JsonObject(text.startsWith("\uFEFF") ? text.substring(1) : text).getValue("version");
      json = true;
      version = said instanceof String word && VERSION.matcher(word).matches() ? word : "";
    } catch (IOException | DecodeException _) {
      // As in PM2, an invalid file is treated as missing.
    }
    return new CachedVersion(now.lastModifiedTime(), now.size(), json, version);
  }
}
