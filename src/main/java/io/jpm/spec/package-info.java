/// The catalogue of the attributes of an app.
///
/// [io.jpm.spec.AppKey] lists the keys of a process file with their spellings, options and
/// defaults. [io.jpm.spec.SpecField] connects each component of [io.jpm.model.AppSpec] with its
/// key, states what a change of it requires and how a process file writes it. Comparing apps,
/// copying attributes ([io.jpm.spec.SpecParts]) and describing apps ([io.jpm.spec.AppDescription])
/// iterate over these lists. The package depends on `model` only.
@NullMarked
package io.jpm.spec;

import org.jspecify.annotations.NullMarked;
