/// The catalogue of the attributes of an app.
///
/// [io.jpm.spec.AppKey] lists the keys of a process file with their spellings, options and
/// defaults. [io.jpm.spec.SpecField] maps each component of [io.jpm.model.AppSpec] to its key; it
/// states what a change of the component requires and how a process file represents it. The code
/// that compares apps, copies attributes ([io.jpm.spec.SpecParts]) and describes apps
/// ([io.jpm.spec.AppDescription]) iterates over these lists. The package depends only on `model`.
@NullMarked
package io.jpm.spec;

import org.jspecify.annotations.NullMarked;
