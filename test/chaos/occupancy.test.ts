import { expect, it } from "vitest";
import { Occupancy } from "./occupancy.ts";

it("keeps the most that was seen at one moment, of each project and user and in all", () => {
  const occupancy = new Occupancy({ total: 9, perProject: 5, perUser: 4 });
  occupancy.see([
    { project: "p", user: "a", held: 3, queued: 0 },
    { project: "p", user: "b", held: 2, queued: 1 },
    { project: "q", user: "a", held: 1, queued: 0 },
  ]);
  occupancy.see([{ project: "p", user: "b", held: 3, queued: 0 }]);
  expect(occupancy).toMatchObject({ looks: 2, waits: 1 });
  expect(occupancy.observed).toEqual([
    { scope: "total", of: "", most: 6, limit: 9 },
    { scope: "project", of: "p", most: 5, limit: 5 },
    { scope: "project", of: "q", most: 1, limit: 5 },
    { scope: "user", of: "a", most: 4, limit: 4 },
    { scope: "user", of: "b", most: 3, limit: 4 },
  ]);
});
