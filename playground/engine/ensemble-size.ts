/** Thinned networks that disagreement is measured over. */
export const ENSEMBLE = 40;
/** Passes with other masks that an image is seen in. */
export const PASSES = 100;
