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

/// The versions of what is started, as PM2 finds them: `version` of the nearest `package.json` in
/// the script's directory or above it. It blocks, and may be asked by several threads.
final class PackageVersions {
  private static final int MOST_BYTES = 1 << 20;

  /// What is longer, or has blanks or signs that steer terminals, is no version.
  private static final Pattern VERSION = Pattern.compile("[!-~]{1,64}");

  /// More files than this are of apps that come and go.
  private static final int MOST_FILES = 1000;

  private final Map<Place, Known> files = new ConcurrentHashMap<>();
  private final AppAccess access;

  /// @param access reads the files with the rights of the apps' users
  PackageVersions(AppAccess access) {
    this.access = access;
  }

  /// A file, and who has read it; no user: the daemon.
  private record Place(Path file, Optional<String> user) {}

  /// What a file said when it looked like this.
  ///
  /// @param json whether it could be read as a package's; else the one above counts
  /// @param version what it says; empty: nothing
  private record Known(FileTime modified, long size, boolean json, String version) {
    boolean isOf(BasicFileAttributes now) {
      return now.lastModifiedTime().equals(modified) && now.size() == size;
    }
  }

  /// The version of the package that `script` belongs to; empty where there is none.
  ///
  /// @param runAs as whom it is started
  String of(Path script, RunAs runAs) {
    for (Path at = script.getParent(); at != null && at.getNameCount() > 0; at = at.getParent()) {
      Optional<Known> known = look(new Place(at.resolve("package.json"), runAs.user()), runAs);
      if (known.isPresent() && known.get().json()) {
        return known.get().version();
      }
    }
    return "";
  }

  private Optional<Known> look(Place place, RunAs runAs) {
    Path file = place.file();
    BasicFileAttributes now;
    try {
      now = Files.readAttributes(file, BasicFileAttributes.class);
    } catch (IOException _) {
      return Optional.empty();
    }
    Known known = files.get(place);
    if (known == null || !known.isOf(now)) {
      known = read(file, runAs, now);
      if (files.size() >= MOST_FILES) {
        files.clear();
      }
      files.put(place, known);
    }
    return Optional.of(known);
  }

  private Known read(Path file, RunAs runAs, BasicFileAttributes now) {
    boolean json = false;
    String version = "";
    try {
      String text = new String(access.read(file, MOST_BYTES, runAs), StandardCharsets.UTF_8);
      Object said =
          new JsonObject(text.startsWith("\uFEFF") ? text.substring(1) : text).getValue("version");
      json = true;
      version = said instanceof String word && VERSION.matcher(word).matches() ? word : "";
    } catch (IOException | DecodeException _) {
      // As PM2: somebody's broken file is none.
    }
    return new Known(now.lastModifiedTime(), now.size(), json, version);
  }
}
