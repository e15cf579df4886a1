package io.jpm.god;

import io.vertx.core.Vertx;

/// What all commands work with. Owned by GodVerticle's context.
///
/// @param succession replaces processes
/// @param interruptions which apps are being reloaded or scaled
/// @param sequence starts and stops in the order of dependencies
/// @param fitting changes what is in the list
/// @param removal takes instances out of it
/// @param claims takes up what a lost list had
/// @param files refuses what would take too many descriptors
/// @param firstMoment whether what was started lasts
record Parts(
    Vertx vertx,
    Registry registry,
    Supervisor supervisor,
    Journal journal,
    Succession succession,
    Interruptions interruptions,
    Sequence sequence,
    Fitting fitting,
    Removal removal,
    Claims claims,
    OpenFileBudget files,
    FirstMoment firstMoment,
    GodContext god) {
  static Parts of(
      Vertx vertx,
      GodContext god,
      Registry registry,
      Supervisor supervisor,
      Journal journal,
      Succession succession,
      Claims claims) {
    var interruptions = new Interruptions();
    var sequence = new Sequence(registry, supervisor, interruptions);
    return new Parts(
        vertx,
        registry,
        supervisor,
        journal,
        succession,
        interruptions,
        sequence,
        new Fitting(god, registry, supervisor),
        new Removal(registry, supervisor, journal, sequence),
        claims,
        new OpenFileBudget(god.host().openFiles(), registry),
        new FirstMoment(vertx, god),
        god);
  }
}
