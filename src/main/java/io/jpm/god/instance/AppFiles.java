package io.jpm.god.instance;

import io.jpm.bus.god.AppFile;
import io.jpm.model.AppName;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/// Which apps have come from which process file, so that only these are ended when they are not in
/// it any more. An app has come from one file at most, and a file without apps is forgotten. Owned
/// by GodVerticle's context.
public final class AppFiles {
  private final Map<Path, AppFile> files = new TreeMap<>();

  /// All files, by path.
  public List<AppFile> all() {
    return List.copyOf(files.values());
  }

  /// The files are these again.
  public void restore(List<AppFile> all) {
    files.clear();
    all.forEach(file -> files.put(file.file(), file));
  }

  /// The apps that have come from `file`.
  public Set<AppName> appsOf(Path file) {
    AppFile known = files.get(file);
    return known == null ? Set.of() : known.apps();
  }

  /// These apps are described by `file` from now on, or by none.
  public void cameFrom(Optional<Path> file, Collection<AppName> apps) {
    Optional<AppFile> known = file.map(files::get);
    Set<AppName> all = new HashSet<>(apps);
    known.ifPresent(it -> all.addAll(it.apps()));
    apps.forEach(this::leave);
    file.ifPresent(
        path -> files.put(path, new AppFile(path, all, known.flatMap(AppFile::reading))));
    forgetEmpty();
  }

  /// `file` is read again when it changes, or is not.
  public void watch(AppFile file) {
    cameFrom(Optional.of(file.file()), file.apps());
    files.computeIfPresent(
        file.file(), (path, known) -> new AppFile(path, known.apps(), file.reading()));
    forgetEmpty();
  }

  /// There is no app of this name any more.
  void forget(AppName app) {
    leave(app);
    forgetEmpty();
  }

  private void leave(AppName app) {
    files.replaceAll((path, file) -> {
      Set<AppName> left = new HashSet<>(file.apps());
      left.remove(app);
      return new AppFile(path, left, file.reading());
    });
  }

  private void forgetEmpty() {
    files.values().removeIf(file -> file.apps().isEmpty());
  }
}
