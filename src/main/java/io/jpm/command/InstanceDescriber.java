package io.jpm.command;

import io.jpm.bus.balancer.BalancerReply;
import io.jpm.bus.god.InstanceView;
import io.jpm.bus.satan.HealthReport;
import io.jpm.bus.satan.HealthReport.ProbeReport;
import io.jpm.model.process.InstanceId;
import io.jpm.model.process.ProcessIdentity;
import io.jpm.wire.InstanceMessage;
import io.vertx.core.Future;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Collects the details of instances for `describe`, including probe results from Satan and ports
/// from ClusterBalancer. If a component does not answer in time, its details are omitted.
final class InstanceDescriber {
  /// Matches the port in an address as formatted by ClusterBalancer. The path of a Unix socket does
  /// not match.
  private static final Pattern PORT = Pattern.compile("(?:[^/].*:)?([0-9]{1,5})");

  private final ServiceClient serviceClient;
  private final InstantSource clock;

  InstanceDescriber(ServiceClient serviceClient, InstantSource clock) {
    this.serviceClient = serviceClient;
    this.clock = clock;
  }

  Future<List<InstanceMessage>> describe(List<InstanceView> instances) {
    List<InstanceView> running =
        instances.stream().filter(view -> view.process().isPresent()).toList();
    Future<Map<ProcessIdentity, HealthReport>> health =
        serviceClient.health(
            running.stream()
                .filter(view -> view.spec().health().isConfigured())
                .map(view -> view.process().orElseThrow())
                .toList());
    Map<InstanceId, BalancerReply.Status> balances = new HashMap<>();
    List<Future<?>> asked = new ArrayList<>(List.of(health));
    for (InstanceView view : running) {
      if (view.spec().cluster().enabled()) {
        asked.add(
            serviceClient
                .balance(view.spec().name(), view.id())
                .onSuccess(status -> status.ifPresent(it -> balances.put(view.id(), it))));
      }
    }
    return Future.join(asked)
        .map(_ ->
            instances.stream()
                .map(view ->
                    CommandMessageMapper.described(
                        view,
                        ports(Optional.ofNullable(balances.get(view.id()))),
                        checks(view.process().map(health.result()::get), clock.instant())))
                .toList());
  }

  private static List<Integer> ports(Optional<BalancerReply.Status> status) {
    return status.stream()
        .flatMap(known ->
            Stream.concat(
                known.addresses().stream().flatMap(InstanceDescriber::port),
                known.privatePort().stream().boxed()))
        .distinct()
        .toList();
  }

  private static Stream<Integer> port(String address) {
    Matcher found = PORT.matcher(address);
    return found.matches() ? Stream.of(Integer.valueOf(found.group(1))) : Stream.empty();
  }

  private static List<InstanceMessage.ProbeReport> checks(
      Optional<HealthReport> report, Instant now) {
    return report.stream()
        .flatMap(found ->
            Stream.of(
                    found.startup().map(it -> check("startup", it, now)),
                    found.readiness().map(it -> check("readiness", it, now)),
                    found.liveness().map(it -> check("liveness", it, now)))
                .flatMap(Optional::stream))
        .toList();
  }

  private static InstanceMessage.ProbeReport check(String name, ProbeReport check, Instant now) {
    return new InstanceMessage.ProbeReport(
        name,
        check.verdict().name().toLowerCase(Locale.ROOT),
        now.minus(check.since()).toEpochMilli(),
        Optional.of(check.failureReason()).filter(answer -> !answer.isEmpty()));
  }
}
