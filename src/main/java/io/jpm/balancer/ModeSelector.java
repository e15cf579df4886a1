package io.jpm.balancer;

import io.jpm.model.AppSpec;
import io.jpm.model.BalancingMode;
import io.jpm.model.EffectiveProgram;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// Which way of sharing suits an app, and why.
final class ModeSelector {
  /// Node may not read our file, or is not the program itself.
  private static final List<String> NODE_BARS =
      List.of("--permission", "--experimental-permission", "--experimental-policy", "--watch");

  /// The debugger's port is not opened by Java.
  private static final List<String> JVM_BARS = List.of("-agentlib:jdwp", "-Xrunjdwp");

  /// A way.
  ///
  /// @param reason for people: `the program is node`
  record Choice(BalancingMode mode, String reason) {}

  private ModeSelector() {}

  /// The way for an app in cluster mode; never [BalancingMode#AUTO].
  static Choice choose(AppSpec spec, SystemSupport systemSupport) {
    BalancingMode wanted = spec.cluster().balance();
    return wanted == BalancingMode.AUTO
        ? possible(byNature(spec), systemSupport, spec)
        : possible(new Choice(wanted, "balance is " + wanted.word()), systemSupport, spec);
  }

  /// What an app falls back to that cannot be balanced in another way.
  ///
  /// @param seen a port that it was seen to want
  static Choice fallBack(AppSpec spec, String reason, OptionalInt seen) {
    OptionalInt port = port(spec).isPresent() ? port(spec) : seen;
    return port.isPresent()
        ? new Choice(BalancingMode.PROXY, reason)
        : new Choice(BalancingMode.OFF, reason + ", and no port is known: name it with port");
  }

  /// The port that clients connect to, as far as the description tells.
  static OptionalInt port(AppSpec spec) {
    if (spec.cluster().port().isPresent()) {
      return spec.cluster().port();
    }
    String declared = spec.variables().declared().getOrDefault("PORT", "");
    if (!declared.matches("[0-9]{1,5}")) {
      return OptionalInt.empty();
    }
    int port = Integer.parseInt(declared);
    return port >= 1 && port <= 65_535 ? OptionalInt.of(port) : OptionalInt.empty();
  }

  /// How a process in fork mode can be given the listening sockets of the one whose place it takes:
  /// [BalancingMode#NODE], [BalancingMode#JVM] or, where it cannot, [BalancingMode#OFF] with the
  /// reason.
  static Choice alone(AppSpec spec, SystemSupport systemSupport) {
    if (spec.cluster().balance() == BalancingMode.OFF) {
      return new Choice(BalancingMode.OFF, "balance is off");
    }
    Choice choice = alone(spec, EffectiveProgram.of(spec.command()), systemSupport);
    Optional<Path> file =
        choice.mode() == BalancingMode.NODE ? systemSupport.preload() : systemSupport.agent();
    if (choice.mode() == BalancingMode.OFF) {
      return choice;
    }
    return systemSupport.sockets() && file.isEmpty()
        ? choice
        : new Choice(
            BalancingMode.OFF,
            file.map(path -> path + " cannot be read by the app's user")
                .orElse("this system cannot share sockets"));
  }

  private static Choice alone(AppSpec spec, EffectiveProgram program, SystemSupport systemSupport) {
    if (program.behind() && program.isJava()) {
      return new Choice(BalancingMode.OFF, "something else starts " + program.name());
    }
    if (program.startsNode()) {
      return new Choice(BalancingMode.NODE, program.name() + " may start node");
    }
    if (program.isNode()) {
      return barred(new Choice(BalancingMode.NODE, "the program is node"), spec, NODE_BARS);
    }
    if (program.isJava()) {
      return systemSupport
          .java()
          .map(reason -> new Choice(BalancingMode.OFF, reason))
          .orElseGet(
              () -> barred(new Choice(BalancingMode.JVM, "the program is java"), spec, JVM_BARS));
    }
    return new Choice(
        BalancingMode.OFF, program.name() + " has no way to be given a listening socket");
  }

  /// An option that keeps the program from what sharing needs.
  private static Choice barred(Choice choice, AppSpec spec, List<String> bars) {
    return spec.command().interpreterArgs().stream()
        .filter(word -> bars.stream().anyMatch(word::startsWith))
        .findFirst()
        .map(word -> new Choice(BalancingMode.OFF, "it cannot share its port with " + word))
        .orElse(choice);
  }

  private static Choice byNature(AppSpec spec) {
    if (!spec.cluster().listen().isEmpty()) {
      return new Choice(BalancingMode.LISTEN_FDS, "listen is given");
    }
    EffectiveProgram program = EffectiveProgram.of(spec.command());
    if (program.isNode()) {
      return new Choice(BalancingMode.NODE, "the program is node");
    }
    if (program.isJava()) {
      return new Choice(BalancingMode.JVM, "the program is java");
    }
    return fallBack(
        spec,
        program.doubt().orElseGet(() -> program.name() + " has no way of its own"),
        OptionalInt.empty());
  }

  private static Choice possible(Choice choice, SystemSupport systemSupport, AppSpec spec) {
    return switch (choice.mode()) {
      case AUTO, OFF -> choice;
      case PROXY ->
          port(spec).isPresent()
              ? choice
              : new Choice(BalancingMode.OFF, "no port is known: name it with port");
      case NODE -> unreadable(choice, systemSupport, systemSupport.preload(), spec);
      case JVM ->
          systemSupport
              .java()
              .map(reason -> fallBack(spec, reason, OptionalInt.empty()))
              .orElseGet(() -> unreadable(choice, systemSupport, systemSupport.agent(), spec));
      case LISTEN_FDS ->
          spec.cluster().listen().isEmpty()
              ? new Choice(BalancingMode.OFF, "balance is listen_fds, but listen names no address")
              : unreadable(choice, systemSupport, Optional.empty(), spec);
    };
  }

  private static Choice unreadable(
      Choice choice, SystemSupport systemSupport, Optional<Path> file, AppSpec spec) {
    if (!systemSupport.sockets()) {
      return fallBack(spec, "this system cannot share sockets", OptionalInt.empty());
    }
    return file.map(path ->
            new Choice(
                BalancingMode.OFF,
                spec.runAs().sandbox().hides(path)
                    ? path + " is hidden by private_tmp: install jpm elsewhere"
                    : path
                        + " cannot be read by "
                        + spec.runAs()
                            .user()
                            .map(user -> "user " + user)
                            .orElse("the daemon's user")
                        + ": open it and the folders above it to all"))
        .orElse(choice);
  }
}
