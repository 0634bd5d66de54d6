/** Something wrong or doubtful about a source's file. */

/** Where in the file, member by member. */
export type Place = (string | number)[];

export interface Finding {
  place: Place;
  message: string;
}
