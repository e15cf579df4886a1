package io.jpm.god.lifecycle;

import io.jpm.god.adoption.ProcessReclaimer;
import io.jpm.god.instance.GodContext;
import io.jpm.god.instance.Registry;
import io.jpm.god.journal.Journal;
import io.jpm.god.supervision.DependencySequence;
import io.jpm.god.supervision.InstanceSwap;
import io.jpm.god.supervision.OpenFileBudget;
import io.jpm.god.supervision.ReloadInterruptions;
import io.jpm.god.supervision.Supervisor;
import io.vertx.core.Vertx;

/// The services that all commands share. Confined to GodVerticle's context.
///
/// @param instanceSwap creates candidates and promotes them
/// @param reloadInterruptions records which apps are being reloaded or scaled
/// @param dependencySequence starts and stops instances in the order of dependencies
/// @param instanceReconciler changes the instances in the list
/// @param deletion removes instances from the list
/// @param processClaims reclaims processes that are missing from the list
/// @param descriptors refuses commands that would exceed the descriptor budget
/// @param earlyExitWatch detects started processes that exit immediately
public record GodServices(
    Vertx vertx,
    Registry registry,
    Supervisor supervisor,
    Journal journal,
    InstanceSwap instanceSwap,
    ReloadInterruptions reloadInterruptions,
    DependencySequence dependencySequence,
    InstanceReconciler instanceReconciler,
    Deletion deletion,
    ProcessReclaimer processClaims,
    OpenFileBudget descriptors,
    EarlyExitWatch earlyExitWatch,
    GodContext god) {
  public static GodServices of(
      Vertx vertx,
      GodContext god,
      Registry registry,
      Supervisor supervisor,
      Journal journal,
      InstanceSwap instanceSwap,
      ProcessReclaimer processReclaimer) {
    var reloadInterruptions = new ReloadInterruptions();
    var dependencySequence = new DependencySequence(registry, supervisor, reloadInterruptions);
    return new GodServices(
        vertx,
        registry,
        supervisor,
        journal,
        instanceSwap,
        reloadInterruptions,
        dependencySequence,
        new InstanceReconciler(god, registry, supervisor),
        new Deletion(registry, supervisor, journal, dependencySequence),
        processReclaimer,
        new OpenFileBudget(god.host().descriptorBudget(), registry),
        new EarlyExitWatch(vertx, god),
        god);
  }
}
