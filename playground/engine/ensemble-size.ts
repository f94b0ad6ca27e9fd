/** Thinned networks that disagreement is measured over. */
export const ENSEMBLE = 40;
