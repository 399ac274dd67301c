story random-backoff
title
  en: Random backoff cures the duel
  zh: 随机退避化解相争
run paxos:single;r1;s1;learners=0;clients=0;latency_us=10000-10000;disk_us=30000-30000;backoff=random;backoff_us=10000-80000;phase_timeout_us=300000;@0disk.n1.0-0;@0disk.n2.0-0;@0disk.n3.0-0

step
  until time >= 5ms
  do do.n1.propose.1.7
  until time >= 45ms
  do do.n2.propose.1.8
  until note "overtaken" at n1
  spot n1
  en: The same two proposers at the same times, but whoever is overtaken waits for 10 to 80 ms, drawn anew. Watch how long
    n1 and n2 wait.
  zh: 同样的两个提议者，同样的时刻，但被抢先者等待 10 到 80 ms，每次重新抽取。留意 n1 和 n2 等待多久。
  ask
    en: Does random waiting make it certain that the duel ends?
    zh: 随机等待能保证相争一定结束吗？
    right
      en: With probability 1, at no time that one could name
      zh: 以概率 1 结束，但说不出最晚何时
      why
        en: Each round has the same chance that one waits long enough for the other. So it ends soon, and nobody can say
          when at the latest.
        zh: 每一轮都有同样的机会让一方等得足够久。所以很快会结束，但没有谁能说出最晚的时间。
    wrong
      en: Yes, after at most 80 ms
      zh: 能，最多 80 ms
      why
        en: They may draw nearly the same time again and again.
        zh: 它们可能一次又一次抽到相近的时间。
    wrong
      en: No, chance changes nothing
      zh: 不能，随机没有作用
      why
        en: Watch on: it breaks the symmetry that kept the duel alive.
        zh: 接着看：它打破了使相争持续的对称性。

step
  until any.learned.1 >= 7 as P
  claim not time >= 2s
  claim not broken agreement
  spot $P
  en: {P} was left alone for long enough, and a value is chosen.
  zh: {P} 得到了足够长的不受打扰的时间，一个值被选定了。
