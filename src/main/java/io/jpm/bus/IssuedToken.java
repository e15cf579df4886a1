package io.jpm.bus;

import io.jpm.model.Principal;
import java.time.Instant;
import java.util.Optional;

/// A token that somebody has been given, without its secret.
///
/// @param holder its name, role and apps
/// @param created when
/// @param expires when it ends by itself; empty: never
public record IssuedToken(Principal holder, Instant created, Optional<Instant> expires) {}
