package io.jpm.config;

import io.jpm.config.values.AttributeReader;
import io.jpm.model.AppName;
import io.jpm.model.AppSpec;
import io.jpm.model.DependencyGraph;
import io.jpm.model.RestartPolicy.When;
import io.jpm.model.StartCondition;
import io.jpm.spec.AppKey;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// Validates apps that were read together. Detects duplicate names, dependency cycles and
/// dependencies that can never be satisfied.
///
/// @param apps the apps in the order in which they were written
/// @param environment the name given with `--env`
record AppSetValidator(List<One> apps, Optional<String> environment) {
  /// One of the apps.
  ///
  /// @param path the app's path in the file: `apps[2]`
  record One(String path, AttributeReader attributeReader, AppSpec spec) {
    AppName name() {
      return spec.name();
    }
  }

  AppSetValidator {
    apps = List.copyOf(apps);
  }

  /// Validates the apps as a set and records problems that involve more than one of them.
  ///
  /// @return the apps, whose dependencies are given by the names after `append_env_to_name`
  List<AppSpec> checked() {
    refuseRepeatedNames();
    List<One> linked = linked();
    refuseCycle(linked);
    warnOfEndlessWaits(linked);
    return linked.stream().map(One::spec).toList();
  }

  private void refuseRepeatedNames() {
    Map<AppName, String> pathByName = new HashMap<>();
    for (One app : apps) {
      String earlier = pathByName.putIfAbsent(app.name(), app.path());
      if (earlier != null) {
        app.attributeReader()
            .refuse(
                AppKey.NAME,
                "\"%s\" is also the name of %s: give each app a unique name"
                    .formatted(app.name(), earlier));
      }
    }
  }

  /// Replaces the names in `depends_on` with the final names. With `append_env_to_name`, a file
  /// refers to the app `db-production` as `db`.
  private List<One> linked() {
    Map<AppName, AppName> renamed = new HashMap<>();
    environment.ifPresent(ending -> {
      for (One app : apps) {
        if (app.attributeReader().flag(AppKey.APPEND_ENV_TO_NAME, false)) {
          String name = app.name().value();
          String written = name.substring(0, name.length() - ending.length() - 1);
          renamed.put(new AppName(written), app.name());
        }
      }
    });
    return apps.stream().map(app -> linked(app, renamed)).toList();
  }

  private static One linked(One app, Map<AppName, AppName> renamed) {
    Map<AppName, StartCondition> dependsOn = new LinkedHashMap<>();
    app.spec()
        .dependsOn()
        .forEach((name, startCondition) ->
            dependsOn.put(renamed.getOrDefault(name, name), startCondition));
    return new One(
        app.path(), app.attributeReader(), app.spec().toBuilder().dependsOn(dependsOn).build());
  }

  private static void refuseCycle(List<One> linked) {
    Map<AppName, Set<AppName>> edges =
        linked.stream()
            .collect(
                Collectors.toMap(
                    One::name, app -> app.spec().dependsOn().keySet(), (first, _) -> first));
    new DependencyGraph(edges)
        .cycle()
        .ifPresent(cycle -> {
          String way = cycle.stream().map(AppName::value).collect(Collectors.joining(" → "));
          linked.stream()
              .filter(app -> app.name().equals(cycle.getFirst()))
              .findFirst()
              .ifPresent(app ->
                  app.attributeReader()
                      .refuse(
                          AppKey.DEPENDS_ON,
                          "the dependencies form a cycle (%s): remove one of them".formatted(way)));
        });
  }

  /// Warns if an app waits for the completion of an app that is restarted whenever it exits.
  private static void warnOfEndlessWaits(List<One> linked) {
    Map<AppName, AppSpec> known =
        linked.stream().collect(Collectors.toMap(One::name, One::spec, (first, _) -> first));
    for (One app : linked) {
      app.spec().dependsOn().entrySet().stream()
          .filter(entry -> entry.getValue() == StartCondition.COMPLETED)
          .map(Map.Entry::getKey)
          .filter(
              name -> known.containsKey(name) && known.get(name).restart().when() == When.ALWAYS)
          .sorted()
          .forEach(name ->
              app.attributeReader()
                  .warn(
                      app.name().value(),
                      ("waits until %1$s has completed, but %1$s is restarted whenever it exits:"
                              + " set \"restart\": \"on-failure\" for %1$s")
                          .formatted(name)));
    }
  }
}
