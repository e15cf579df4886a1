package io.jpm.god.command;

import io.jpm.bus.god.AppChange;
import io.jpm.bus.god.AppChange.Kind;
import io.jpm.god.lifecycle.InstanceReconciler;
import io.jpm.model.AppSpec;
import io.jpm.model.EnvironmentVariables;
import io.jpm.model.process.Phase;
import io.jpm.spec.SpecField;
import io.jpm.spec.SpecField.ChangeEffect;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/// Computes the changes that are needed to apply the spec from a process file to an app. The
/// computation is a pure function of the current and the desired state.
final class AppDiff {
  private static final String PWD = "PWD";
  private static final String STATUS = "status";

  private AppDiff() {}

  /// The current state of one instance.
  ///
  /// @param spec the current spec; after a failed reload, instances of an app can have different
  ///   specs
  record Present(AppSpec spec, Phase phase) {
    private boolean isStopped() {
      return phase == Phase.STOPPED;
    }

    private boolean isGivenUp() {
      return phase == Phase.ERRORED;
    }
  }

  /// Returns the change that applies the spec `wanted` to the instances in `present`. A stopped app
  /// stays stopped and only receives its new spec. An errored app is started if any field changes.
  ///
  /// @param present the instances of the app; empty if there is no app with this name
  /// @param again whether to start an errored app even if no field changes
  static AppChange change(Collection<Present> present, AppSpec wanted, boolean again) {
    if (present.isEmpty()) {
      return new AppChange(
          wanted.name(), Kind.START, List.of(), !wanted.autostart(), Optional.empty());
    }
    Map<String, AppChange.Field> fields = new LinkedHashMap<>();
    Set<ChangeEffect> effects = EnumSet.noneOf(ChangeEffect.class);
    for (Present instance : present) {
      AppSpec running = InstanceReconciler.withInstanceCount(instance.spec(), present.size());
      for (SpecField field : changed(running, wanted)) {
        texts(field, running, wanted).forEach(text -> fields.putIfAbsent(text.key(), text));
        ChangeEffect changeEffect = field.effectOf(wanted);
        boolean needless = changeEffect == ChangeEffect.PROCESS && instance.isStopped();
        effects.add(needless ? ChangeEffect.LIVE : changeEffect);
      }
    }
    boolean stopped = present.stream().allMatch(Present::isStopped);
    boolean revived =
        present.stream().anyMatch(Present::isGivenUp) && (again || !effects.isEmpty());
    if (revived) {
      fields.put(
          STATUS, new AppChange.Field(STATUS, Phase.ERRORED.keyword(), Phase.ONLINE.keyword()));
    }
    boolean alone = revived && !effects.contains(ChangeEffect.PROCESS);
    return new AppChange(
        wanted.name(),
        alone ? Kind.START : kind(effects, present, wanted),
        List.copyOf(fields.values()),
        stopped,
        Optional.empty());
  }

  private static Kind kind(Set<ChangeEffect> effects, Collection<Present> present, AppSpec wanted) {
    if (effects.contains(ChangeEffect.PROCESS)) {
      boolean shared =
          wanted.cluster().enabled()
              && present.stream().allMatch(it -> it.spec().cluster().enabled());
      return shared ? Kind.ROLLING : Kind.RESTART;
    }
    if (effects.contains(ChangeEffect.COUNT)) {
      return Kind.SCALE;
    }
    return effects.isEmpty() ? Kind.UNCHANGED : Kind.LIVE;
  }

  /// Reports whether a process that was started with `running` must be replaced to apply `wanted`.
  static boolean needsProcess(AppSpec running, AppSpec wanted) {
    return changed(running, wanted).stream()
        .anyMatch(it -> it.effectOf(wanted) == ChangeEffect.PROCESS);
  }

  /// Returns `wanted` with the inherited variables of the running app. The variables of the
  /// client's shell are ignored, because they differ from shell to shell and would cause needless
  /// restarts. If the variable filter has changed, returns `wanted` unchanged.
  static AppSpec withInherited(AppSpec running, AppSpec wanted) {
    EnvironmentVariables now = wanted.variables();
    if (!now.filter().equals(running.variables().filter())) {
      return wanted;
    }
    return wanted.toBuilder()
        .variables(
            new EnvironmentVariables(
                running.variables().inherited(),
                now.declared(),
                now.removed(),
                now.filter(),
                now.referred()))
        .build();
  }

  private static List<SpecField> changed(AppSpec running, AppSpec wanted) {
    return SpecField.ALL.stream()
        .filter(field -> field.effect() != ChangeEffect.NONE)
        .filter(field -> !field.value().apply(running).equals(field.value().apply(wanted)))
        .toList();
  }

  private static List<AppChange.Field> texts(SpecField field, AppSpec running, AppSpec wanted) {
    if (!field.key().equals("env")) {
      return List.of(new AppChange.Field(field.key(), field.text(running), field.text(wanted)));
    }
    Map<String, String> from = own(running.variables());
    Map<String, String> to = own(wanted.variables());
    Set<String> names = new TreeSet<>(from.keySet());
    names.addAll(to.keySet());
    return names.stream()
        .filter(name -> !from.getOrDefault(name, "\0").equals(to.getOrDefault(name, "\0")))
        // Not listed separately, because it is a copy of `cwd`.
        .filter(name -> !name.equals(PWD))
        .map(name ->
            new AppChange.Field(
                "env." + name, from.getOrDefault(name, ""), to.getOrDefault(name, "")))
        .toList();
  }

  private static Map<String, String> own(EnvironmentVariables environmentVariables) {
    Map<String, String> own = new HashMap<>();
    environmentVariables.removed().forEach(name -> own.put(name, "null"));
    own.putAll(environmentVariables.declared());
    return own;
  }
}
