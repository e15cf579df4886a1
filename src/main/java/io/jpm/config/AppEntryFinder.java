package io.jpm.config;

import io.jpm.config.values.AttributeReader;
import io.jpm.config.values.ConfigNode;
import io.jpm.config.values.Problems;
import io.jpm.config.values.SourceLocation;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Finds the apps in a process file, in each structure that PM2 accepts: a list of apps, one app,
/// `{"apps": …}`, and `{"pm2": …}` as in a `package.json`.
final class AppEntryFinder {
  private static final String APPS = "apps";
  private static final String PM2 = "pm2";
  private static final String NOT_APPS =
      " is neither an app nor a list of apps: use an object such as {\"script\": \"app.js\"},"
          + " or a list of such objects";

  /// The key that enables watching of the file: `true` applies the file whenever it changes.
  private static final String HOT = "hot";

  /// The keys that are allowed next to `apps`.
  private static final Set<String> BESIDE_APPS =
      Set.of(APPS, "deploy", StaticSectionReader.KEY, "$schema", HOT);

  private static final Set<String> BESIDE_ONE_APP = Set.of("deploy", "$schema", HOT);

  /// The keys that are suggested for a misspelled key in the outermost object.
  static final List<String> OUTER_NAMES =
      List.of(APPS, PM2, "deploy", StaticSectionReader.KEY, HOT);

  private final String file;
  private final Problems problems;

  /// One app in the file.
  ///
  /// @param outermost whether the app is the outermost value of the file. In that case, a
  ///   misspelled key may stand for `apps` or another key of the outermost object
  record Entry(String path, ConfigNode.Obj app, boolean outermost) {}

  AppEntryFinder(String file, Problems problems) {
    this.file = file;
    this.problems = problems;
  }

  List<Entry> apps(ConfigNode root) {
    return switch (root) {
      case ConfigNode.Arr list -> listed(list, "");
      case ConfigNode.Obj object -> inObject(object);
      case ConfigNode.Text _, ConfigNode.Num _, ConfigNode.Bool _, ConfigNode.Nil _ -> {
        refuse(root.line(), "", root.displayText() + NOT_APPS);
        yield List.of();
      }
    };
  }

  private List<Entry> inObject(ConfigNode.Obj object) {
    object.get(HOT).ifPresent(this::readHot);
    Optional<ConfigNode> served = object.get(StaticSectionReader.KEY);
    Optional<ConfigNode> apps = object.get(APPS);
    if (apps.isPresent() || served.isPresent()) {
      checkBeside(object);
      List<Entry> entries = new ArrayList<>();
      apps.ifPresent(value -> entries.addAll(valued(value, APPS)));
      served.ifPresent(value -> entries.addAll(new StaticSectionReader(this).apps(value)));
      return entries;
    }
    Optional<ConfigNode> pm2 = object.get(PM2);
    if (pm2.isEmpty()) {
      return List.of(new Entry("", withoutDeploy(object), true));
    }
    return pm2.get() instanceof ConfigNode.Obj inner && inner.get(APPS).isPresent()
        ? valued(inner.get(APPS).get(), PM2 + "." + APPS)
        : valued(pm2.get(), PM2);
  }

  private void readHot(ConfigNode value) {
    if (!(value instanceof ConfigNode.Bool hot)) {
      refuse(value.line(), HOT, value.displayText() + " is neither true nor false");
    } else if (hot.value()) {
      problems.hot();
    }
  }

  /// Returns the app without the keys that belong to the whole file, such as `deploy`. They are
  /// allowed next to the attributes of a single app.
  private static ConfigNode.Obj withoutDeploy(ConfigNode.Obj object) {
    return new ConfigNode.Obj(
        object.line(),
        object.members().stream()
            .filter(member -> !BESIDE_ONE_APP.contains(member.key()))
            .toList());
  }

  private void checkBeside(ConfigNode.Obj object) {
    for (ConfigNode.Member member : object.members()) {
      if (!BESIDE_APPS.contains(member.key())) {
        refuse(member.line(), "", AttributeReader.unknown(member.key(), OUTER_NAMES));
      }
    }
  }

  private List<Entry> valued(ConfigNode value, String path) {
    return switch (value) {
      case ConfigNode.Arr list -> listed(list, path);
      case ConfigNode.Obj app -> List.of(new Entry(path, app, false));
      case ConfigNode.Text _, ConfigNode.Num _, ConfigNode.Bool _, ConfigNode.Nil _ -> {
        refuse(value.line(), path, value.displayText() + NOT_APPS);
        yield List.of();
      }
    };
  }

  private List<Entry> listed(ConfigNode.Arr list, String path) {
    if (list.items().isEmpty()) {
      refuse(list.line(), path, "the list is empty: add at least one app");
    }
    List<Entry> entries = new ArrayList<>();
    for (int i = 0; i < list.items().size(); i++) {
      String at = path + "[" + i + "]";
      if (list.items().get(i) instanceof ConfigNode.Obj app) {
        entries.add(new Entry(at, app, false));
      } else {
        ConfigNode item = list.items().get(i);
        refuse(
            item.line(),
            at,
            item.displayText() + " is not an app: use an object, such as {\"script\": \"app.js\"}");
      }
    }
    return entries;
  }

  /// Records a problem.
  ///
  /// @param path the path of the value in the file; empty for the whole file
  void refuse(int line, String path, String what) {
    problems.problem(
        line, SourceLocation.location(file, line) + (path.isEmpty() ? "" : ": " + path), what);
  }
}
